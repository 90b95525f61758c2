package mortise.wire.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One run: a folder of schemas in, Java files out, of which only those that differ are written. */
final class Generator {
    private final String messagePackage;
    private final List<MessageSchema> schemas;

    /** The texts to write, by path below the output folder. */
    private final Map<String, String> files = new LinkedHashMap<>();

    Generator(Path schemaFolder, String messagePackage) throws IOException {
        this.messagePackage = messagePackage;
        this.schemas = read(schemaFolder);
    }

    private static List<MessageSchema> read(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> found = Files.list(folder)) {
            paths = found.filter(path -> path.toString().endsWith(".json")).sorted().toList();
        }
        if (paths.isEmpty()) {
            throw new SchemaException("generating messages: no *.json in " + folder);
        }
        List<MessageSchema> schemas = new ArrayList<>();
        for (Path path : paths) {
            schemas.add(SchemaReader.read(path));
        }
        return schemas;
    }

    /** Adds a class for every message that has a version, and the package's description. */
    void messages() {
        for (MessageSchema schema : schemas) {
            if (!schema.versions().isEmpty()) {
                addMessage(schema, "ApiMessage");
            }
        }
        add(
                messagePackage,
                "package-info",
                "/** Messages, generated from their schemas. */\npackage "
                        + messagePackage
                        + ";\n");
    }

    /** Adds the enum of APIs. */
    void apiKeys(String targetPackage) {
        add(targetPackage, "ApiKey", ApiKeySource.of(schemas, targetPackage, messagePackage));
    }

    /**
     * Adds, in the package of the messages, the sealed interface of this name that all metadata
     * records implement, and the enum of their types, whose name ends in {@code Type}.
     */
    void records(String familyName) {
        Map<Integer, MessageSchema> records = RecordTypesSource.records(schemas, familyName);
        records.values().forEach(record -> addMessage(record, familyName));
        add(
                messagePackage,
                familyName,
                RecordTypesSource.family(records, messagePackage, familyName));
        add(
                messagePackage,
                familyName + "Type",
                RecordTypesSource.types(records, messagePackage, familyName));
    }

    private void addMessage(MessageSchema schema, String implemented) {
        add(messagePackage, schema.name(), MessageSource.of(schema, messagePackage, implemented));
    }

    private void add(String targetPackage, String type, String text) {
        files.put(targetPackage.replace('.', '/') + "/" + type + ".java", text);
    }

    /** The generated texts by path, for tests. */
    Map<String, String> files() {
        return Map.copyOf(files);
    }

    /** Writes what differs and deletes what no schema asks for any more. */
    void writeTo(Path out) throws IOException {
        Files.createDirectories(out);
        List<Path> existing;
        try (Stream<Path> walk = Files.walk(out)) {
            existing = walk.filter(Files::isRegularFile).toList();
        }
        for (Path path : existing) {
            String name = out.relativize(path).toString().replace('\\', '/');
            if (!files.containsKey(name)) {
                Files.delete(path);
            }
        }
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = out.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
                Files.writeString(path, file.getValue());
            }
        }
    }
}
