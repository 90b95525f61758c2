package mortise.wire.generator;

import java.math.BigInteger;
import mortise.wire.generator.FieldSchema.Initial;

/** Reads the {@code default} attribute of a field into a Java constant of its type. */
final class Defaults {
    private Defaults() {}

    static Initial of(Attributes field, FieldType type, Versions versions, Versions nullable) {
        String text = field.find("default").orElse("");
        if (!field.has("default")) {
            return type == Scalar.RECORDS ? new Initial.Nothing() : new Initial.Empty();
        }
        boolean referenceType = !(type instanceof Scalar scalar && scalar.isFixed());
        if (referenceType && text.equals("null")) {
            if (!nullable.contains(versions)) {
                throw field.problem(
                        "default",
                        "default null, but the field may be null only in versions "
                                + nullable
                                + ", not in all of "
                                + versions);
            }
            return new Initial.Nothing();
        }
        if (!(type instanceof Scalar scalar)) {
            throw field.problem("default", "a list or struct has no default but null");
        }
        if (scalar.isInteger()) {
            return new Initial.Constant(integer(field, scalar, text));
        }
        return switch (scalar) {
            case BOOL -> new Initial.Constant(String.valueOf(field.flag("default")));
            case FLOAT64 -> new Initial.Constant(floating(field, text));
            case STRING ->
                    text.isEmpty() ? new Initial.Empty() : new Initial.Constant(quoted(text));
            case UUID, BYTES, RECORDS, INT8, INT16, UINT16, INT32, UINT32, INT64 ->
                    throw field.problem(
                            "default", "a " + scalar.schemaName() + " has no default of its own");
        };
    }

    private static String integer(Attributes field, Scalar scalar, String text) {
        BigInteger value;
        try {
            boolean negative = text.startsWith("-");
            String digits = negative ? text.substring(1) : text;
            value =
                    digits.startsWith("0x")
                            ? new BigInteger(digits.substring(2), 16)
                            : new BigInteger(digits);
            value = negative ? value.negate() : value;
        } catch (NumberFormatException e) {
            throw field.problem(
                    "default", "default \"" + text + "\" is not a " + scalar.schemaName());
        }
        if (value.compareTo(scalar.lowest()) < 0 || value.compareTo(scalar.highest()) > 0) {
            throw field.problem(
                    "default",
                    "default "
                            + text
                            + " does not fit a "
                            + scalar.schemaName()
                            + ", want "
                            + scalar.lowest()
                            + " to "
                            + scalar.highest());
        }
        return scalar.javaType().equals("long") ? value + "L" : value.toString();
    }

    private static String floating(Attributes field, String text) {
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value + "d";
            }
        } catch (NumberFormatException e) {
            // answered below, with the text
        }
        throw field.problem("default", "default \"" + text + "\" is not a finite float64");
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
