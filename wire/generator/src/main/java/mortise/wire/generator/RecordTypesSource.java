package mortise.wire.generator;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mortise.wire.generator.MessageSchema.Kind;

/** Writes an enum of the metadata records among the schemas, by their numbers. */
final class RecordTypesSource {
    private RecordTypesSource() {}

    /** The text of the enum's file. */
    static String of(
            List<MessageSchema> messages,
            String targetPackage,
            String enumName,
            String messagePackage) {
        Map<Integer, MessageSchema> records = new TreeMap<>();
        for (MessageSchema message : messages) {
            if (message.kind() == Kind.METADATA && !message.versions().isEmpty()) {
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
            throw new SchemaException(
                    "no schema of type metadata for the record types " + enumName);
        }
        JavaSource java = new JavaSource();
        file(java, records, targetPackage, enumName, messagePackage);
        return java.toString();
    }

    private static void file(
            JavaSource java,
            Map<Integer, MessageSchema> records,
            String targetPackage,
            String enumName,
            String messagePackage) {
        java.line("// Generated from the metadata schemas by the message generator.");
        java.line("package " + targetPackage + ";");
        java.blank();
        java.line("import mortise.wire.ApiMessage;");
        if (!targetPackage.equals(messagePackage)) {
            for (MessageSchema message : records.values()) {
                java.line("import " + messagePackage + "." + message.name() + ";");
            }
        }
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
        java.open("public ApiMessage newRecord()");
        java.open("return switch (this)");
        for (MessageSchema message : records.values()) {
            java.line(
                    "case " + Names.constant(message.name()) + " -> new " + message.name() + "();");
        }
        java.closeStatement();
        java.close();
        java.close();
    }

    private static void accessor(JavaSource java, String about, String name) {
        java.blank();
        java.doc(about);
        java.open("public short " + name + "()");
        java.line("return " + name + ";");
        java.close();
    }
}
