package mortise.wire.generator;

/** Writes the method that reads a struct or message. */
final class ReadMethod {
    private final StructScope scope;
    private final JavaSource java;

    private ReadMethod(StructScope scope, JavaSource java) {
        this.scope = scope;
        this.java = java;
    }

    static void write(StructScope scope, JavaSource java) {
        new ReadMethod(scope, java).method();
    }

    private void method() {
        if (scope.isMessage()) {
            java.line("@Override");
            java.open("public void read(WireReader in, short version)");
            VersionCheck.write(scope, java, "reading");
            java.line("in.charge(" + scope.nameLiteral() + ", " + HeapCosts.CONSTANT + ");");
        } else {
            java.open("private void read(WireReader in, short version)");
        }
        scope.declareFlexible(java);
        for (FieldSchema field : scope.struct().fields()) {
            field(field);
        }
        tags();
        java.close();
    }

    private void field(FieldSchema field) {
        Versions untagged = scope.untagged(field);
        Guard guard = scope.guard(untagged);
        if (guard.never()) {
            setDefault(field);
        } else if (guard.always()) {
            value(field, untagged, scope.compact(field));
        } else {
            java.open("if (" + guard.expression() + ")");
            value(field, untagged, scope.compact(field));
            java.next("else");
            setDefault(field);
            java.close();
        }
    }

    private void setDefault(FieldSchema field) {
        java.line("this." + field.javaName() + " = " + scope.initial(field) + ";");
    }

    private void value(FieldSchema field, Versions possible, String compact) {
        Guard nullable = Guard.of(field.nullable(), possible);
        switch (field.type()) {
            case FieldType.ListOf(FieldType element) ->
                    list(field, element, possible, nullable, compact);
            case FieldType.StructOf(String name) -> struct(field, name, nullable);
            case Scalar scalar ->
                    java.line(
                            "this."
                                    + field.javaName()
                                    + " = "
                                    + choose(
                                            nullable,
                                            scalar(scalar, field, compact, "Nullable"),
                                            scalar(scalar, field, compact, ""))
                                    + ";");
        }
    }

    private String scalar(Scalar scalar, FieldSchema field, String compact, String nullable) {
        String name = scope.nameOf(field);
        return scalar.isFixed()
                ? "in.read" + scalar.methodName() + "(" + name + ")"
                : "in.read" + nullable + scalar.methodName() + "(" + name + ", " + compact + ")";
    }

    private static String choose(Guard guard, String then, String otherwise) {
        if (guard.always()) {
            return then;
        }
        return guard.never()
                ? otherwise
                : "(" + guard.expression() + ") ? " + then + " : " + otherwise;
    }

    private void struct(FieldSchema field, String name, Guard nullable) {
        String made =
                "new "
                        + name
                        + "(in.charge("
                        + scope.nameOf(field)
                        + ", "
                        + HeapCosts.ofStruct(name)
                        + "), version)";
        String read =
                nullable.never()
                        ? made
                        : (nullable.always() ? "" : nullable.expression() + " && ")
                                + "in.readIsNull("
                                + scope.nameOf(field)
                                + ") ? null : "
                                + made;
        java.line("this." + field.javaName() + " = " + read + ";");
    }

    private void list(
            FieldSchema field,
            FieldType element,
            Versions possible,
            Guard nullable,
            String compact) {
        int leastBytes = scope.message().leastBytes(element, possible, field.flexible());
        String arguments =
                "("
                        + scope.nameOf(field)
                        + ", "
                        + compact
                        + ", "
                        + leastBytes
                        + ", "
                        + HeapCosts.ofElement(element)
                        + ")";
        java.open();
        java.line(
                "int count = "
                        + choose(
                                nullable,
                                "in.readNullableArrayLength" + arguments,
                                "in.readArrayLength" + arguments)
                        + ";");
        if (!nullable.never()) {
            java.open("if (count < 0)");
            java.line("this." + field.javaName() + " = null;");
            java.next("else");
        }
        String type = element.boxedType();
        java.line("ArrayList<" + type + "> items = new ArrayList<>(count);");
        java.open("for (int i = 0; i < count; i++)");
        java.line("items.add(" + element(field, element, compact) + ");");
        java.close();
        java.line("this." + field.javaName() + " = items;");
        if (!nullable.never()) {
            java.close();
        }
        java.close();
    }

    private String element(FieldSchema field, FieldType element, String compact) {
        return switch (element) {
            case Scalar scalar -> scalar(scalar, field, compact, "");
            case FieldType.StructOf(String name) -> "new " + name + "(in, version)";
            case FieldType.ListOf _ ->
                    throw new IllegalStateException("lists of lists are refused");
        };
    }

    private void tags() {
        java.line("this.unknownTaggedFields = null;");
        Guard flexible = scope.flexible();
        if (flexible.never()) {
            return;
        }
        if (!flexible.always()) {
            java.open("if (flexible)");
        }
        java.line("int tags = in.readTagCount(" + scope.nameLiteral() + ");");
        java.open("for (int read = 0; read < tags; read++)");
        java.line("int tag = in.readUnsignedVarint(" + scope.nameLiteral() + ");");
        java.line("int bytes = in.readTagSize(" + scope.nameLiteral() + ", tag);");
        if (scope.struct().taggedFields().isEmpty()) {
            unknownTag();
        } else {
            java.open("switch (tag)");
            scope.struct().taggedFields().forEach(this::knownTag);
            java.open("default ->");
            unknownTag();
            java.close();
            java.close();
        }
        java.close();
        if (!flexible.always()) {
            java.close();
        }
    }

    private void unknownTag() {
        java.line(
                "this.unknownTaggedFields ="
                        + " in.readUnknownTag(this.unknownTaggedFields, tag, bytes);");
    }

    private void knownTag(FieldSchema field) {
        Versions tagged = scope.tagged(field);
        java.open("case " + field.tag() + " ->");
        Guard guard =
                Guard.of(tagged, scope.struct().versions().intersect(scope.message().flexible()));
        if (guard.never()) {
            java.line("throw in.tagNotInVersion(" + scope.nameOf(field) + ", tag, version);");
            java.close();
            return;
        }
        if (!guard.always()) {
            java.open("if (!(" + guard.expression() + "))");
            java.line("throw in.tagNotInVersion(" + scope.nameOf(field) + ", tag, version);");
            java.close();
        }
        java.line("int outer = in.enterTag(bytes);");
        value(field, tagged, "true");
        java.line("in.leaveTag(" + scope.nameOf(field) + ", outer);");
        java.close();
    }
}
