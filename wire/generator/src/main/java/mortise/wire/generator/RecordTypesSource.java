package mortise.wire.generator;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes what the metadata records among the schemas have in common: a sealed interface over all of
 * them, and an enum of their types with their numbers.
 */
final class RecordTypesSource {
    private RecordTypesSource() {}

    /** The metadata records among the schemas, by number. */
    static Map<Integer, MessageSchema> records(List<MessageSchema> messages, String familyName) {
        Map<Integer, MessageSchema> records = new TreeMap<>();
        for (MessageSchema message : messages) {
            if (message.isRecord()) {
                MessageSchema before = records.put(message.apiKey(), message);
                if (before != null) {
                    throw new SchemaException(
                            before.name()
                                    + " and "
                                    + message.name()
                                    + " have the same \"apiKey\" "
                                    + message.apiKey());
                }
            }
        }
        if (records.isEmpty()) {
            throw new SchemaException("no schema of type metadata for the records " + familyName);
        }
        return records;
    }

    /** The text of the file of the sealed interface that every record implements. */
    static String family(
            Map<Integer, MessageSchema> records, String messagePackage, String familyName) {
        JavaSource java = new JavaSource();
        head(java, messagePackage);
        java.line("import mortise.wire.ApiMessage;");
        java.blank();
        java.doc(
                "A metadata record. A switch over its types without default is one that a new"
                        + " schema makes incomplete.");
        java.open(
                "public sealed interface "
                        + familyName
                        + " extends ApiMessage permits "
                        + records.values().stream()
                                .map(MessageSchema::name)
                                .collect(Collectors.joining(", ")));
        java.doc("Its type.");
        java.open("default " + familyName + "Type recordType()");
        java.open("return switch (this)");
        for (MessageSchema message : records.values()) {
            java.line(
                    "case "
                            + message.name()
                            + " ignored -> "
                            + familyName
                            + "Type."
                            + Names.constant(message.name())
                            + ";");
        }
        java.closeStatement();
        java.close();
        java.close();
        return java.toString();
    }

    private static void head(JavaSource java, String messagePackage) {
        java.line("// Generated from the metadata schemas by the message generator.");
        java.line("package " + messagePackage + ";");
        java.blank();
    }

    /** The text of the file of the enum of their types. */
    static String types(
            Map<Integer, MessageSchema> records, String messagePackage, String familyName) {
        String enumName = familyName + "Type";
        JavaSource java = new JavaSource();
        head(java, messagePackage);
        java.line("import org.jspecify.annotations.Nullable;");
        java.blank();
        java.doc("A type of metadata record: its number and its versions.");
        java.open("public enum " + enumName);
        int left = records.size();
        for (MessageSchema message : records.values()) {
            left--;
            java.doc(message.name() + ", versions " + message.versions() + ".");
            java.line(
                    Names.constant(message.name())
                            + "("
                            + message.apiKey()
                            + ", "
                            + message.versions().lowest()
                            + ", "
                            + message.versions().highest()
                            + ")"
                            + (left == 0 ? ";" : ","));
        }
        java.blank();
        java.line("private final short id;");
        java.line("private final short lowestVersion;");
        java.line("private final short highestVersion;");
        java.blank();
        java.open(enumName + "(int id, int lowestVersion, int highestVersion)");
        java.line("this.id = (short) id;");
        java.line("this.lowestVersion = (short) lowestVersion;");
        java.line("this.highestVersion = (short) highestVersion;");
        java.close();
        java.blank();
        java.doc("The type with that number, or null if there is none.");
        java.open("public static @Nullable " + enumName + " find(short id)");
        java.open("return switch (id)");
        records.forEach((id, message) ->
                java.line("case " + id + " -> " + Names.constant(message.name()) + ";"));
        java.line("default -> null;");
        java.closeStatement();
        java.close();
        accessor(java, "The number in front of a record of this type.", "id");
        accessor(java, "The first version that has a schema.", "lowestVersion");
        accessor(java, "The last version that has a schema.", "highestVersion");
        java.blank();
        java.doc("An empty record.");
        java.open("public " + familyName + " newRecord()");
        java.open("return switch (this)");
        for (MessageSchema message : records.values()) {
            java.line(
                    "case " + Names.constant(message.name()) + " -> new " + message.name() + "();");
        }
        java.closeStatement();
        java.close();
        java.close();
        return java.toString();
    }

    private static void accessor(JavaSource java, String about, String name) {
        java.blank();
        java.doc(about);
        java.open("public short " + name + "()");
        java.line("return " + name + ";");
        java.close();
    }
}
