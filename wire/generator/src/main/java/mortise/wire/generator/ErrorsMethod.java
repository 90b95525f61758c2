package mortise.wire.generator;

/** Writes the method that tells of every error code in a response and in the structs inside it. */
final class ErrorsMethod {
    static final String NAME = "eachErrorCode";

    private static final String FIELD = "ErrorCode";

    private ErrorsMethod() {}

    /** Writes nothing for a struct that holds no error code, and for what is no response. */
    static void write(StructScope scope, JavaSource java) {
        MessageSchema message = scope.message();
        if (message.kind() != MessageSchema.Kind.RESPONSE
                || !holdsErrors(message, scope.struct())) {
            return;
        }
        java.blank();
        if (scope.isMessage()) {
            java.line("@Override");
        }
        java.open(
                (scope.isMessage() ? "public" : "private")
                        + " void "
                        + NAME
                        + "(IntConsumer sink)");
        for (FieldSchema field : scope.struct().fields()) {
            if (holdsErrors(message, field)) {
                field(field, java);
            }
        }
        java.close();
    }

    private static void field(FieldSchema field, JavaSource java) {
        String value = "this." + field.javaName();
        switch (field.type()) {
            case Scalar _ -> {
                java.open("if (" + value + " != 0)");
                java.line("sink.accept(" + value + ");");
                java.close();
            }
            case FieldType.StructOf _ -> guarded(field, java, value + "." + NAME + "(sink);");
            case FieldType.ListOf(FieldType element) ->
                    guarded(
                            field,
                            java,
                            "for ("
                                    + element.boxedType()
                                    + " one : "
                                    + value
                                    + ") one."
                                    + NAME
                                    + "(sink);");
        }
    }

    private static void guarded(FieldSchema field, JavaSource java, String call) {
        if (field.canBeNull()) {
            java.open("if (this." + field.javaName() + " != null)");
            java.line(call);
            java.close();
        } else {
            java.line(call);
        }
    }

    private static boolean holdsErrors(MessageSchema message, StructSchema struct) {
        return struct.fields().stream().anyMatch(field -> holdsErrors(message, field));
    }

    private static boolean holdsErrors(MessageSchema message, FieldSchema field) {
        return switch (field.type()) {
            case Scalar scalar -> scalar == Scalar.INT16 && field.name().equals(FIELD);
            case FieldType.StructOf(String name) -> holdsErrors(message, message.struct(name));
            case FieldType.ListOf(FieldType.StructOf(String name)) ->
                    holdsErrors(message, message.struct(name));
            case FieldType.ListOf _ -> false;
        };
    }
}
