package mortise.wire.generator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads one schema file into a checked {@link MessageSchema}. Everything that the generated code
 * relies on is checked here, so that a mistake in a schema is a message with a line number and not
 * Java that does not compile.
 */
final class SchemaReader {
    private static final List<String> MESSAGE_ATTRIBUTES =
            List.of(
                    "apiKey",
                    "type",
                    "listeners",
                    "name",
                    "about",
                    "validVersions",
                    "flexibleVersions",
                    "latestVersionUnstable",
                    "fields",
                    "commonStructs");

    private static final List<String> STRUCT_ATTRIBUTES =
            List.of("name", "versions", "about", "fields");

    private static final List<String> FIELD_ATTRIBUTES =
            List.of(
                    "name",
                    "type",
                    "versions",
                    "nullableVersions",
                    "taggedVersions",
                    "flexibleVersions",
                    "tag",
                    "default",
                    "ignorable",
                    "mapKey",
                    "entityType",
                    "zeroCopy",
                    "about",
                    "fields");

    private static final List<String> LISTENERS = List.of("broker", "controller");

    private final Attributes message;
    private final String messageName;
    private final Versions valid;
    private final Versions flexible;

    /** Struct names that a type may use, with the versions that a common struct allows. */
    private final Map<String, Json> structPlaces = new LinkedHashMap<>();

    private final Map<String, StructSchema> structs = new LinkedHashMap<>();

    /** Types that name a struct, with the place to complain about. */
    private final Map<String, Json> structUses = new LinkedHashMap<>();

    private SchemaReader(Attributes message) {
        String name = message.text("name");
        this.message = message.about("message " + name);
        this.messageName = name;
        this.valid = this.message.versions("validVersions");
        this.flexible = this.message.versions("flexibleVersions", Versions.NONE);
    }

    /** Reads and checks one file. */
    static MessageSchema read(Path path) throws IOException {
        Json root = Json.read(path);
        Attributes message = Attributes.of(root, "a message", MESSAGE_ATTRIBUTES);
        return new SchemaReader(message).message(root.file());
    }

    private MessageSchema message(String file) {
        MessageSchema.Kind kind = kind();
        checkName(file, kind);
        int apiKey = message.number("apiKey");
        checkApiKey(kind, apiKey);
        checkVersions();

        List<Json> common = message.items("commonStructs");
        List<Attributes> commonStructs = new ArrayList<>();
        for (Json value : common) {
            Attributes struct = Attributes.of(value, "a common struct", STRUCT_ATTRIBUTES);
            Attributes named = struct.about("struct " + struct.text("name"));
            declare(struct.text("name"), named);
            commonStructs.add(named);
        }
        List<FieldSchema> fields = fields(message, "", valid, true);
        for (Attributes struct : commonStructs) {
            Versions possible = struct.versions("versions").intersect(valid);
            define(struct.text("name"), struct, possible);
        }
        checkUses();
        StructSchema root = new StructSchema(messageName, about(message), valid, fields);
        checkRecursion(root, new ArrayList<>());
        return new MessageSchema(
                messageName,
                kind,
                apiKey,
                valid,
                flexible,
                message.flag("latestVersionUnstable"),
                listeners(kind),
                root,
                structsInOrder());
    }

    private List<StructSchema> structsInOrder() {
        return structPlaces.keySet().stream().map(structs::get).toList();
    }

    private MessageSchema.Kind kind() {
        String type = message.text("type");
        return Stream.of(MessageSchema.Kind.values())
                .filter(kind -> kind.schemaName().equals(type))
                .findFirst()
                .orElseThrow(() ->
                        message.problem(
                                "type",
                                "type \""
                                        + type
                                        + "\" is not known, want one of "
                                        + String.join(
                                                ", ",
                                                Stream.of(MessageSchema.Kind.values())
                                                        .map(MessageSchema.Kind::schemaName)
                                                        .toList())));
    }

    private void checkName(String file, MessageSchema.Kind kind) {
        if (!Names.isUpperCamel(messageName) || !Names.canBeType(messageName)) {
            throw message.problem("name", "the name must be a class name in upper camel case");
        }
        if (!file.equals(messageName + ".json")) {
            throw message.problem(
                    "name", "the name differs from the file's, want " + messageName + ".json");
        }
        String ending =
                switch (kind) {
                    case REQUEST -> "Request";
                    case RESPONSE -> "Response";
                    case HEADER, METADATA, COORDINATOR_KEY, COORDINATOR_VALUE, DATA -> "";
                };
        if (!messageName.endsWith(ending)) {
            throw message.problem(
                    "name", "the name of a " + kind.schemaName() + " ends in " + ending);
        }
    }

    private void checkApiKey(MessageSchema.Kind kind, int apiKey) {
        boolean wanted =
                switch (kind) {
                    case REQUEST, RESPONSE, METADATA, COORDINATOR_KEY, COORDINATOR_VALUE -> true;
                    case HEADER, DATA -> false;
                };
        if (wanted && apiKey < 0) {
            throw message.problem("apiKey", "a " + kind.schemaName() + " needs an \"apiKey\"");
        }
        if (!wanted && apiKey >= 0) {
            throw message.problem("apiKey", "a " + kind.schemaName() + " has no \"apiKey\"");
        }
    }

    private void checkVersions() {
        if (valid.isOpen()) {
            throw message.problem(
                    "validVersions", "\"validVersions\" " + valid + " has no end, want 0-3 or 3");
        }
        if (valid.isEmpty()) {
            if (!message.items("fields").isEmpty()) {
                throw message.problem("fields", "a message without valid versions has no fields");
            }
            return;
        }
        message.text("flexibleVersions");
        if (!flexible.isEmpty() && !flexible.isOpen()) {
            throw message.problem(
                    "flexibleVersions",
                    "\"flexibleVersions\" " + flexible + " has an end, want none or 3+");
        }
    }

    private List<String> listeners(MessageSchema.Kind kind) {
        List<String> names = new ArrayList<>();
        for (Json value : message.items("listeners")) {
            if (!(value instanceof Json.Text(String _, int _, String name))
                    || !LISTENERS.contains(name)) {
                throw message.problem(
                        "listeners",
                        "listeners are one or both of " + String.join(", ", LISTENERS));
            }
            names.add(name);
        }
        if (!names.isEmpty() && kind != MessageSchema.Kind.REQUEST) {
            throw message.problem("listeners", "only requests have \"listeners\"");
        }
        return names;
    }

    private void declare(String name, Attributes struct) {
        if (!Names.isUpperCamel(name) || !Names.canBeType(name) || name.equals(messageName)) {
            throw struct.problem(
                    "name", "\"" + name + "\" cannot name a struct here, choose another name");
        }
        Json before = structPlaces.putIfAbsent(name, struct.place());
        if (before != null) {
            throw struct.problem(
                    "name",
                    "struct " + name + " is defined a second time, first on line " + before.line());
        }
    }

    private void define(String name, Attributes struct, Versions possible) {
        if (struct.items("fields").isEmpty()) {
            throw struct.problem("fields", "struct " + name + " has no fields");
        }
        structs.put(
                name,
                new StructSchema(
                        name,
                        about(struct),
                        possible,
                        fields(struct, name + ".", possible, false)));
    }

    private static String about(Attributes attributes) {
        return attributes.find("about").orElse("");
    }

    private List<FieldSchema> fields(
            Attributes owner, String path, Versions possible, boolean inMessage) {
        List<FieldSchema> fields = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Json value : owner.items("fields")) {
            Attributes attributes = Attributes.of(value, "a field", FIELD_ATTRIBUTES);
            String name = attributes.text("name");
            Attributes named = attributes.about("field " + messageName + "." + path + name);
            if (!Names.isIdentifier(name) || !Names.canBeAccessor(name, inMessage)) {
                throw named.problem(
                        "name", "\"" + name + "\" cannot name a field here, choose another name");
            }
            if (!names.add(Names.lowerFirst(name))) {
                throw named.problem("name", "the field exists twice");
            }
            fields.add(field(named, name, possible));
        }
        checkTags(owner, fields);
        return fields;
    }

    private static void checkTags(Attributes owner, List<FieldSchema> fields) {
        Set<Integer> tags = new HashSet<>();
        for (FieldSchema field : fields) {
            if (field.isTagged() && !tags.add(field.tag())) {
                throw owner.problem("fields", "tag " + field.tag() + " is used twice");
            }
        }
        for (int tag = 0; tag < tags.size(); tag++) {
            if (!tags.contains(tag)) {
                throw owner.problem(
                        "fields", "tags count from 0 without gaps, tag " + tag + " is missing");
            }
        }
    }

    private FieldSchema field(Attributes field, String name, Versions possible) {
        Versions versions = field.versions("versions");
        Versions nullable = field.versions("nullableVersions", Versions.NONE);
        Versions tagged = field.versions("taggedVersions", Versions.NONE);
        FieldType type = type(field, field.text("type"));
        int tag = field.number("tag");
        checkNullable(field, type, versions, nullable);
        checkTagged(field, versions, tagged, tag);
        if (type instanceof FieldType.StructOf && field.has("flexibleVersions")) {
            throw field.problem(
                    "flexibleVersions", "a struct cannot have \"flexibleVersions\" of its own");
        }
        innerStruct(field, type, versions.intersect(possible));
        field.flag("mapKey");
        field.flag("zeroCopy");
        return new FieldSchema(
                name,
                type,
                versions,
                nullable,
                tagged,
                tag,
                field.versions("flexibleVersions", flexible),
                Defaults.of(field, type, versions, nullable),
                field.flag("ignorable"),
                about(field));
    }

    private FieldType type(Attributes field, String text) {
        if (text.startsWith("[]")) {
            FieldType element = type(field, text.substring(2));
            if (element instanceof FieldType.ListOf) {
                throw field.problem("type", "a list of lists is not supported, use a struct");
            }
            if (element == Scalar.RECORDS) {
                throw field.problem("type", "a list of records is not supported, use a struct");
            }
            return new FieldType.ListOf(element);
        }
        return Scalar.find(text)
                .<FieldType>map(scalar -> scalar)
                .orElseGet(() -> {
                    if (!Names.isUpperCamel(text)) {
                        throw field.problem(
                                "type", "type \"" + text + "\" is not known, want " + typeNames());
                    }
                    structUses.putIfAbsent(text, field.place());
                    return new FieldType.StructOf(text);
                });
    }

    private static String typeNames() {
        return String.join(", ", Stream.of(Scalar.values()).map(Scalar::schemaName).toList())
                + ", the name of a struct, or [] before one of these";
    }

    private void innerStruct(Attributes field, FieldType type, Versions possible) {
        FieldType element = type instanceof FieldType.ListOf(FieldType inner) ? inner : type;
        if (!field.has("fields")) {
            return;
        }
        if (!(element instanceof FieldType.StructOf(String struct))) {
            throw field.problem("fields", "only a struct has \"fields\" of its own");
        }
        declare(struct, field);
        define(struct, field, possible);
    }

    private static void checkNullable(
            Attributes field, FieldType type, Versions versions, Versions nullable) {
        if (nullable.isEmpty()) {
            return;
        }
        if (type instanceof Scalar scalar && scalar.isFixed()) {
            throw field.problem("nullableVersions", "a " + scalar.schemaName() + " cannot be null");
        }
        if (versions.intersect(nullable).isEmpty()) {
            throw field.problem(
                    "nullableVersions",
                    "null in versions " + nullable + ", but the field exists in " + versions);
        }
    }

    private void checkTagged(Attributes field, Versions versions, Versions tagged, int tag) {
        if (tag < 0) {
            if (!tagged.isEmpty()) {
                throw field.problem("taggedVersions", "\"taggedVersions\" without a \"tag\"");
            }
            return;
        }
        if (tagged.isEmpty()) {
            throw field.problem("tag", "a \"tag\" without \"taggedVersions\"");
        }
        if (!tagged.isOpen()) {
            throw field.problem(
                    "taggedVersions", "\"taggedVersions\" " + tagged + " has an end, want 3+");
        }
        if (!versions.contains(tagged)) {
            throw field.problem(
                    "taggedVersions",
                    "tagged in versions " + tagged + ", but the field exists in " + versions);
        }
        if (!flexible.contains(tagged.intersect(valid))) {
            throw field.problem(
                    "taggedVersions",
                    "tagged in versions "
                            + tagged
                            + ", but only flexible versions can have tags, which are "
                            + flexible);
        }
    }

    private void checkUses() {
        structUses.forEach((name, place) -> {
            if (!structs.containsKey(name)) {
                throw SchemaException.at(
                        place,
                        "message "
                                + messageName
                                + ": struct "
                                + name
                                + " is not defined; give the field \"fields\", or add it to"
                                + " \"commonStructs\"");
            }
        });
    }

    /** A struct inside itself could nest without bound, so it is refused. */
    private void checkRecursion(StructSchema struct, List<String> path) {
        if (path.contains(struct.name())) {
            throw SchemaException.at(
                    structPlaces.getOrDefault(struct.name(), message.place()),
                    "struct " + struct.name() + " contains itself, through " + path);
        }
        List<String> deeper = new ArrayList<>(path);
        deeper.add(struct.name());
        for (FieldSchema field : struct.fields()) {
            FieldType element =
                    field.type() instanceof FieldType.ListOf(FieldType inner)
                            ? inner
                            : field.type();
            if (element instanceof FieldType.StructOf(String inner)) {
                checkRecursion(Objects.requireNonNull(structs.get(inner)), deeper);
            }
        }
    }
}
