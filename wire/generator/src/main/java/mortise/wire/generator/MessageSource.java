package mortise.wire.generator;

/** Writes the Java file of one message. */
final class MessageSource {
    private final MessageSchema message;
    private final JavaSource java = new JavaSource();

    private MessageSource(MessageSchema message) {
        this.message = message;
    }

    /**
     * The text of the file that holds the message's class in that package.
     *
     * @param implemented the interface that the class implements, in its package or ApiMessage
     */
    static String of(MessageSchema message, String targetPackage, String implemented) {
        MessageSource source = new MessageSource(message);
        source.file(targetPackage, implemented);
        return source.java.toString();
    }

    private void file(String targetPackage, String implemented) {
        java.line("// Generated from " + message.name() + ".json by the message generator.");
        java.line("package " + targetPackage + ";");
        java.blank();
        java.line("import java.nio.ByteBuffer;");
        java.line("import java.util.ArrayList;");
        java.line("import java.util.List;");
        java.line("import java.util.Objects;");
        java.line("import java.util.UUID;");
        java.line("import java.util.function.IntConsumer;");
        java.line("import mortise.wire.ApiMessage;");
        java.line("import mortise.wire.HeapCost;");
        java.line("import mortise.wire.MessageSize;");
        java.line("import mortise.wire.Payload;");
        java.line("import mortise.wire.UnknownTaggedField;");
        java.line("import mortise.wire.UnwritableMessageException;");
        java.line("import mortise.wire.WireReader;");
        java.line("import mortise.wire.WireWriter;");
        java.line("import org.jspecify.annotations.Nullable;");
        java.blank();
        StructScope scope = new StructScope(message, message.root());
        java.doc(
                JavaSource.docText(
                        message.root().about(),
                        message.name() + ", versions " + message.versions()));
        java.open("public final class " + message.name() + " implements " + implemented);
        java.doc("The first version that can be read and written.");
        java.line(
                "public static final short LOWEST_VERSION = " + message.versions().lowest() + ";");
        java.blank();
        java.doc("The last version that can be read and written.");
        java.line(
                "public static final short HIGHEST_VERSION = "
                        + message.versions().highest()
                        + ";");
        body(scope);
        for (StructSchema struct : message.structs()) {
            java.blank();
            java.doc(
                    JavaSource.docText(
                            struct.about(), "A " + struct.name() + " in a " + message.name()));
            java.open("public static final class " + struct.name());
            body(new StructScope(message, struct));
            java.close();
        }
        java.close();
    }

    private void body(StructScope scope) {
        java.blank();
        HeapCosts.declare(scope, java);
        java.blank();
        for (FieldSchema field : scope.struct().fields()) {
            java.line("private " + variable(field) + " " + field.javaName() + ";");
        }
        java.line("private @Nullable List<UnknownTaggedField> unknownTaggedFields;");
        constructors(scope);
        if (scope.isMessage()) {
            versions();
        }
        scope.struct().fields().forEach(field -> accessors(scope, field));
        unknownTags(scope);
        java.blank();
        ReadMethod.write(scope, java);
        java.blank();
        MeasureMethod.write(scope, java);
        java.blank();
        WriteMethod.write(scope, java);
        ErrorsMethod.write(scope, java);
        ValueMethods.write(scope, java);
    }

    private static String variable(FieldSchema field) {
        return field.canBeNull() ? "@Nullable " + field.type().javaType() : field.type().javaType();
    }

    private void constructors(StructScope scope) {
        String name = scope.struct().name();
        java.blank();
        java.doc("Every field at its default.");
        java.open("public " + name + "()");
        for (FieldSchema field : scope.struct().fields()) {
            java.line("this." + field.javaName() + " = " + scope.initial(field) + ";");
        }
        java.close();
        java.blank();
        if (scope.isMessage()) {
            java.doc("Read from the wire.");
            java.open("public " + name + "(WireReader in, short version)");
        } else {
            java.open("private " + name + "(WireReader in, short version)");
        }
        java.line("read(in, version);");
        java.close();
    }

    private void versions() {
        constantMethod("short", "lowestSupportedVersion", "LOWEST_VERSION");
        constantMethod("short", "highestSupportedVersion", "HIGHEST_VERSION");
        constantMethod("short", "apiKey", String.valueOf(message.apiKey()));
    }

    private void constantMethod(String type, String name, String value) {
        java.blank();
        java.line("@Override");
        java.open("public " + type + " " + name + "()");
        java.line("return " + value + ";");
        java.close();
    }

    private void accessors(StructScope scope, FieldSchema field) {
        String name = field.javaName();
        java.blank();
        java.doc(
                JavaSource.docText(field.about(), field.name())
                        + " Versions "
                        + field.versions()
                        + ".");
        java.open("public " + variable(field) + " " + name + "()");
        java.line("return this." + name + ";");
        java.close();
        java.blank();
        java.doc("Sets {@link #" + name + "()}.");
        java.open(
                "public " + scope.struct().name() + " " + name + "(" + variable(field) + " value)");
        if (field.type() == Scalar.UINT16 || field.type() == Scalar.UINT32) {
            Scalar scalar = (Scalar) field.type();
            java.open("if (value < 0 || value > " + scalar.highest() + "L)");
            java.line(
                    "throw UnwritableMessageException.outOfRange("
                            + scope.nameOf(field)
                            + ", \""
                            + scalar.schemaName()
                            + "\", value);");
            java.close();
        }
        java.line("this." + name + " = value;");
        java.line("return this;");
        java.close();
    }

    private void unknownTags(StructScope scope) {
        java.blank();
        if (scope.isMessage()) {
            java.line("@Override");
        } else {
            java.doc(
                    "Tagged fields that the schema does not know, by tag; the list can be changed.");
        }
        java.open("public List<UnknownTaggedField> unknownTaggedFields()");
        java.open("if (this.unknownTaggedFields == null)");
        java.line("this.unknownTaggedFields = new ArrayList<>(0);");
        java.close();
        java.line("return this.unknownTaggedFields;");
        java.close();
    }
}
