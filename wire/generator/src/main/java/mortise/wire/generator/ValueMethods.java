package mortise.wire.generator;

import java.util.ArrayList;
import java.util.List;

/** Writes {@code isDefault}, {@code equals}, {@code hashCode} and {@code toString}. */
final class ValueMethods {
    private ValueMethods() {}

    static void write(StructScope scope, JavaSource java) {
        if (scope.isValueOfAField()) {
            isDefault(scope, java);
        }
        equality(scope, java);
        hash(scope, java);
        text(scope, java);
    }

    private static void isDefault(StructScope scope, JavaSource java) {
        java.blank();
        java.open("private boolean isDefault()");
        List<String> terms = new ArrayList<>();
        for (FieldSchema field : scope.struct().fields()) {
            terms.add("!(" + scope.differs(field) + ")");
        }
        terms.add("UnknownTaggedField.same(this.unknownTaggedFields, null)");
        java.line("return " + String.join(" && ", terms) + ";");
        java.close();
    }

    private static void equality(StructScope scope, JavaSource java) {
        java.blank();
        java.line("@Override");
        java.open("public boolean equals(@Nullable Object other)");
        java.open("if (!(other instanceof " + scope.struct().name() + " that))");
        java.line("return false;");
        java.close();
        List<String> terms = new ArrayList<>();
        for (FieldSchema field : scope.struct().fields()) {
            terms.add(same(field));
        }
        terms.add("UnknownTaggedField.same(this.unknownTaggedFields, that.unknownTaggedFields)");
        java.line("return " + String.join(" && ", terms) + ";");
        java.close();
    }

    private static String same(FieldSchema field) {
        String mine = "this." + field.javaName();
        String theirs = "that." + field.javaName();
        if (field.type() == Scalar.FLOAT64) {
            return "Double.compare(" + mine + ", " + theirs + ") == 0";
        }
        if (field.type() instanceof Scalar scalar && scalar.isPrimitive()) {
            return mine + " == " + theirs;
        }
        return "Objects.equals(" + mine + ", " + theirs + ")";
    }

    private static void hash(StructScope scope, JavaSource java) {
        java.blank();
        java.line("@Override");
        java.open("public int hashCode()");
        java.line("int hash = 0;");
        for (FieldSchema field : scope.struct().fields()) {
            java.line("hash = 31 * hash + " + hashOf(field) + ";");
        }
        java.line("return hash;");
        java.close();
    }

    private static String hashOf(FieldSchema field) {
        String value = "this." + field.javaName();
        return field.type() instanceof Scalar scalar && scalar.isPrimitive()
                ? scalar.boxedType() + ".hashCode(" + value + ")"
                : "Objects.hashCode(" + value + ")";
    }

    private static void text(StructScope scope, JavaSource java) {
        java.blank();
        java.line("@Override");
        java.open("public String toString()");
        StringBuilder expression = new StringBuilder();
        String before = scope.struct().name() + "(";
        for (FieldSchema field : scope.struct().fields()) {
            expression
                    .append('"')
                    .append(before)
                    .append(field.javaName())
                    .append("=\" + this.")
                    .append(field.javaName())
                    .append(" + ");
            before = ", ";
        }
        if (scope.struct().fields().isEmpty()) {
            expression.append('"').append(before).append("\" + ");
        }
        java.line("return " + expression + "\")\";");
        java.close();
    }
}
