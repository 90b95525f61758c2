package mortise.wire.generator;

/**
 * Writes the method that measures a struct or message. It is also where a message that cannot be
 * written is refused, since every write follows a measure.
 */
final class MeasureMethod {
    private final StructScope scope;
    private final JavaSource java;

    private MeasureMethod(StructScope scope, JavaSource java) {
        this.scope = scope;
        this.java = java;
    }

    static void write(StructScope scope, JavaSource java) {
        new MeasureMethod(scope, java).method();
    }

    private void method() {
        if (scope.isMessage()) {
            java.line("@Override");
            java.open("public void measure(MessageSize size, short version)");
            VersionCheck.write(scope, java, "measuring");
        } else {
            java.open("private void measure(MessageSize size, short version)");
        }
        scope.declareFlexible(java);
        int fixed = 0;
        for (FieldSchema field : scope.struct().fields()) {
            if (field.type() instanceof Scalar scalar
                    && scalar.isFixed()
                    && scope.guard(scope.untagged(field)).always()) {
                fixed += scalar.fixedBytes();
            }
        }
        if (fixed > 0) {
            java.line("size.add(" + fixed + ");");
        }
        scope.struct().fields().forEach(this::field);
        tags();
        java.close();
    }

    private void field(FieldSchema field) {
        Versions untagged = scope.untagged(field);
        Guard here = scope.guard(untagged);
        boolean counted =
                here.always() && field.type() instanceof Scalar scalar && scalar.isFixed();
        if (here.always() && !counted) {
            value(field, untagged, scope.compact(field));
        } else if (!here.always() && !here.never()) {
            java.open("if (" + here.expression() + ")");
            value(field, untagged, scope.compact(field));
            java.close();
        }
        Guard exists = scope.guard(scope.possible(field));
        if (!exists.always() && !field.ignorable()) {
            String condition =
                    exists.never()
                            ? scope.differs(field)
                            : "!(" + exists.expression() + ") && " + scope.differs(field);
            java.open("if (" + condition + ")");
            java.line(
                    "throw UnwritableMessageException.notInVersion("
                            + scope.nameOf(field)
                            + ", version);");
            java.close();
        }
    }

    private void value(FieldSchema field, Versions possible, String compact) {
        Guard nullable = Guard.of(field.nullable(), possible);
        String value = "this." + field.javaName();
        switch (field.type()) {
            case FieldType.ListOf(FieldType element) -> list(field, element, nullable, compact);
            case FieldType.StructOf _ -> struct(field, nullable);
            case Scalar scalar -> {
                if (scalar.isFixed()) {
                    java.line("size.add(" + scalar.fixedBytes() + ");");
                } else {
                    java.line(
                            choose(nullable, "size.addNullable", "size.add", scalar.methodName())
                                    + "("
                                    + scope.nameOf(field)
                                    + ", "
                                    + value
                                    + ", "
                                    + compact
                                    + nullableArgument(nullable)
                                    + ");");
                }
            }
        }
    }

    /** Three forms: never null, always nullable, or nullable if a condition holds. */
    private static String choose(Guard nullable, String yes, String no, String suffix) {
        return (nullable.never() ? no : yes) + suffix;
    }

    private static String nullableArgument(Guard nullable) {
        return nullable.never() ? "" : ", " + nullable.expression();
    }

    private void struct(FieldSchema field, Guard nullable) {
        String value = "this." + field.javaName();
        if (nullable.never()) {
            java.line(
                    "size.present("
                            + scope.nameOf(field)
                            + ", "
                            + value
                            + ").measure(size, version);");
            return;
        }
        String addMark = nullable.always() ? "size.add(1);" : null;
        if (addMark != null) {
            java.line(addMark);
        } else {
            java.open("if (" + nullable.expression() + ")");
            java.line("size.add(1);");
            java.next("else");
            java.line("size.present(" + scope.nameOf(field) + ", " + value + ");");
            java.close();
        }
        java.open("if (" + value + " != null)");
        java.line(value + ".measure(size, version);");
        java.close();
    }

    private void list(FieldSchema field, FieldType element, Guard nullable, String compact) {
        java.open();
        java.line(field.type().javaType() + " items = this." + field.javaName() + ";");
        java.line(
                "int count = "
                        + choose(nullable, "size.addNullable", "size.add", "ArrayLength")
                        + "("
                        + scope.nameOf(field)
                        + ", items, "
                        + compact
                        + nullableArgument(nullable)
                        + ");");
        switch (element) {
            case Scalar scalar -> {
                if (scalar.isFixed()) {
                    java.line("size.add(count, " + scalar.fixedBytes() + ");");
                } else {
                    java.open("for (int i = 0; i < count; i++)");
                    java.line(
                            "size.add"
                                    + scalar.methodName()
                                    + "("
                                    + scope.nameOf(field)
                                    + ", items.get(i), "
                                    + compact
                                    + ");");
                    java.close();
                }
            }
            case FieldType.StructOf _ -> {
                java.open("for (int i = 0; i < count; i++)");
                java.line("items.get(i).measure(size, version);");
                java.close();
            }
            case FieldType.ListOf _ ->
                    throw new IllegalStateException("lists of lists are refused");
        }
        java.close();
    }

    private void tags() {
        Guard flexible = scope.flexible();
        String refuse =
                "size.refuseTags(" + scope.nameLiteral() + ", this.unknownTaggedFields, version);";
        if (flexible.never()) {
            java.line(refuse);
            return;
        }
        if (!flexible.always()) {
            java.open("if (flexible)");
        }
        if (scope.struct().taggedFields().isEmpty()) {
            java.line("size.addTags(" + scope.nameLiteral() + ", this.unknownTaggedFields);");
        } else {
            java.line("int section = size.beginTags();");
            java.line("int tags = 0;");
            scope.struct().taggedFields().forEach(this::tag);
            java.line(
                    "size.endTags("
                            + scope.nameLiteral()
                            + ", section, tags, this.unknownTaggedFields);");
        }
        if (!flexible.always()) {
            java.next("else");
            java.line(refuse);
            java.close();
        }
    }

    private void tag(FieldSchema field) {
        String condition = Tags.isWritten(scope, field);
        if (condition.isEmpty()) {
            return;
        }
        java.open("if (" + condition + ")");
        java.line("tags++;");
        java.line("int tag = size.beginTag(" + field.tag() + ");");
        value(field, scope.tagged(field), "true");
        java.line("size.endTag(tag);");
        java.close();
    }
}
