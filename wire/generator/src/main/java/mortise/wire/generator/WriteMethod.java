package mortise.wire.generator;

/** Writes the method that writes a struct or message, in exactly the order of its measuring. */
final class WriteMethod {
    private final StructScope scope;
    private final JavaSource java;

    private WriteMethod(StructScope scope, JavaSource java) {
        this.scope = scope;
        this.java = java;
    }

    static void write(StructScope scope, JavaSource java) {
        new WriteMethod(scope, java).method();
    }

    private void method() {
        if (scope.isMessage()) {
            java.line("@Override");
            java.open("public void write(WireWriter out, MessageSize size, short version)");
            VersionCheck.write(scope, java, "writing");
        } else {
            java.open("private void write(WireWriter out, MessageSize size, short version)");
        }
        scope.declareFlexible(java);
        scope.struct().fields().forEach(this::field);
        tags();
        java.close();
    }

    private void field(FieldSchema field) {
        Versions untagged = scope.untagged(field);
        Guard guard = scope.guard(untagged);
        if (guard.always()) {
            value(field, untagged, scope.compact(field));
        } else if (!guard.never()) {
            java.open("if (" + guard.expression() + ")");
            value(field, untagged, scope.compact(field));
            java.close();
        }
    }

    private void value(FieldSchema field, Versions possible, String compact) {
        String value = "this." + field.javaName();
        switch (field.type()) {
            case FieldType.ListOf(FieldType element) -> list(field, element, compact);
            case FieldType.StructOf _ -> struct(field, Guard.of(field.nullable(), possible));
            case Scalar scalar -> java.line(scalar(scalar, value, compact));
        }
    }

    private static String scalar(Scalar scalar, String value, String compact) {
        String method = "out.write" + scalar.methodName() + "(" + value;
        if (scalar.isFixed()) {
            return method + ");";
        }
        return method + (scalar == Scalar.STRING ? ", size, " : ", ") + compact + ");";
    }

    private void struct(FieldSchema field, Guard nullable) {
        String value = "this." + field.javaName();
        if (nullable.never()) {
            java.line(value + ".write(out, size, version);");
            return;
        }
        if (!nullable.always()) {
            java.open("if (" + nullable.expression() + ")");
        }
        java.line("out.writeIsNull(" + value + " == null);");
        if (!nullable.always()) {
            java.close();
        }
        java.open("if (" + value + " != null)");
        java.line(value + ".write(out, size, version);");
        java.close();
    }

    private void list(FieldSchema field, FieldType element, String compact) {
        java.open();
        java.line(field.type().javaType() + " items = this." + field.javaName() + ";");
        java.line("int count = items == null ? -1 : items.size();");
        java.line("out.writeArrayLength(count, " + compact + ");");
        java.open("for (int i = 0; i < count; i++)");
        java.line(
                switch (element) {
                    case Scalar scalar -> scalar(scalar, "items.get(i)", compact);
                    case FieldType.StructOf _ -> "items.get(i).write(out, size, version);";
                    case FieldType.ListOf _ ->
                            throw new IllegalStateException("lists of lists are refused");
                });
        java.close();
        java.close();
    }

    private void tags() {
        Guard flexible = scope.flexible();
        if (flexible.never()) {
            return;
        }
        if (!flexible.always()) {
            java.open("if (flexible)");
        }
        if (scope.struct().taggedFields().isEmpty()) {
            java.line("out.writeTags(this.unknownTaggedFields);");
        } else {
            java.line("out.writeUnsignedVarint(size.next());");
            java.line("int unknown = 0;");
            scope.struct().taggedFields().forEach(this::tag);
            java.line("out.writeTagsFrom(this.unknownTaggedFields, unknown);");
        }
        if (!flexible.always()) {
            java.close();
        }
    }

    private void tag(FieldSchema field) {
        String condition = Tags.isWritten(scope, field);
        if (condition.isEmpty()) {
            return;
        }
        java.open("if (" + condition + ")");
        java.line(
                "unknown = out.writeTagsBelow("
                        + scope.nameOf(field)
                        + ", "
                        + field.tag()
                        + ", this.unknownTaggedFields, unknown);");
        java.line("out.writeTag(" + field.tag() + ", size.next());");
        value(field, scope.tagged(field), "true");
        java.close();
    }
}
