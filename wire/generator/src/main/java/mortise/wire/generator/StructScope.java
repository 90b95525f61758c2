package mortise.wire.generator;

import java.util.stream.Stream;
import mortise.wire.generator.FieldSchema.Initial;

/**
 * A struct in its message, with what the methods that are written for it have in common: paths in
 * error messages, version conditions, and the comparison of a field with its default.
 */
record StructScope(MessageSchema message, StructSchema struct) {
    boolean isMessage() {
        return struct.name().equals(message.name());
    }

    /**
     * Whether a field has this struct as its value, so that it can be compared with its default.
     */
    boolean isValueOfAField() {
        return Stream.concat(Stream.of(message.root()), message.structs().stream())
                .flatMap(owner -> owner.fields().stream())
                .anyMatch(field -> field.type().equals(new FieldType.StructOf(struct.name())));
    }

    /** The struct's name as it stands in errors. */
    String path() {
        return isMessage() ? struct.name() : message.name() + "." + struct.name();
    }

    /** A Java literal that names the field in errors. */
    String nameOf(FieldSchema field) {
        return '"' + path() + "." + field.javaName() + '"';
    }

    String nameLiteral() {
        return '"' + path() + '"';
    }

    /** The versions in which the field can occur here. */
    Versions possible(FieldSchema field) {
        return struct.versions().intersect(field.versions());
    }

    /** The versions in which the field stands in its place, rather than among the tagged ones. */
    Versions untagged(FieldSchema field) {
        return possible(field).before(field.tagged());
    }

    Versions tagged(FieldSchema field) {
        return possible(field).intersect(field.tagged());
    }

    Guard guard(Versions wanted) {
        return Guard.of(wanted, struct.versions());
    }

    /** True in the versions that have tagged fields and compact lengths. */
    Guard flexible() {
        return guard(message.flexible());
    }

    /** Declares the local variable that {@link #compact} speaks of, if there is a choice. */
    void declareFlexible(JavaSource java) {
        Guard flexible = flexible();
        if (!flexible.always() && !flexible.never()) {
            java.line("boolean flexible = " + flexible.expression() + ";");
        }
    }

    /** A Java expression: whether the field's lengths are compact. */
    String compact(FieldSchema field) {
        if (!field.flexible().equals(message.flexible())) {
            return Guard.of(field.flexible(), possible(field)).expression();
        }
        return flexibleExpression();
    }

    String flexibleExpression() {
        Guard flexible = flexible();
        return flexible.always() || flexible.never() ? flexible.expression() : "flexible";
    }

    /** A Java expression: the default of the field. */
    String initial(FieldSchema field) {
        return switch (field.initial()) {
            case Initial.Nothing _ -> "null";
            case Initial.Constant(String java) -> java;
            case Initial.Empty _ ->
                    switch (field.type()) {
                        case FieldType.ListOf _ -> "new ArrayList<>(0)";
                        case FieldType.StructOf(String name) -> "new " + name + "()";
                        case Scalar scalar -> empty(scalar);
                    };
        };
    }

    private static String empty(Scalar scalar) {
        return switch (scalar) {
            case BOOL -> "false";
            case INT8, INT16, UINT16, INT32 -> "0";
            case UINT32, INT64 -> "0L";
            case FLOAT64 -> "0.0d";
            case UUID -> "ApiMessage.ZERO_UUID";
            case STRING -> "\"\"";
            case BYTES -> "ApiMessage.NO_BYTES";
            case RECORDS -> "null";
        };
    }

    /** A Java expression: whether the field differs from its default. */
    String differs(FieldSchema field) {
        String value = "this." + field.javaName();
        if (field.initial() instanceof Initial.Nothing) {
            return value + " != null";
        }
        String filled = differsFromNonNull(field, value);
        return field.canBeNull() ? "(" + value + " == null || " + filled + ")" : filled;
    }

    private String differsFromNonNull(FieldSchema field, String value) {
        return switch (field.type()) {
            case FieldType.ListOf _ -> "!" + value + ".isEmpty()";
            case FieldType.StructOf _ -> "!" + value + ".isDefault()";
            case Scalar scalar ->
                    switch (scalar) {
                        case BOOL -> initial(field).equals("true") ? "!" + value : value;
                        case INT8, INT16, UINT16, INT32, UINT32, INT64, FLOAT64 ->
                                value + " != " + initial(field);
                        case UUID -> "!" + value + ".equals(ApiMessage.ZERO_UUID)";
                        case STRING ->
                                field.initial() instanceof Initial.Empty
                                        ? "!" + value + ".isEmpty()"
                                        : "!" + value + ".equals(" + initial(field) + ")";
                        case BYTES -> value + ".hasRemaining()";
                        case RECORDS -> value + " != null";
                    };
        };
    }
}
