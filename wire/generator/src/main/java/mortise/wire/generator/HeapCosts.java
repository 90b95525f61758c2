package mortise.wire.generator;

import mortise.wire.generator.FieldSchema.Initial;

/**
 * What a struct and the elements of a list take on the heap, as Java expressions that the reader
 * charges before it makes them. Strings, bytes, UUIDs and lists that are read charge themselves.
 */
final class HeapCosts {
    /** The name of the constant that every generated class has. */
    static final String CONSTANT = "HEAP_BYTES";

    private HeapCosts() {}

    /** Declares the constant: the object, and the defaults that reading it may make. */
    static void declare(StructScope scope, JavaSource java) {
        int primitiveBytes = 0;
        int references = 1; // the list of unknown tagged fields
        int lists = 0;
        StringBuilder structs = new StringBuilder();
        for (FieldSchema field : scope.struct().fields()) {
            if (field.type() instanceof Scalar scalar && scalar.isPrimitive()) {
                primitiveBytes += javaBytes(scalar);
            } else {
                references++;
            }
            boolean defaulted = !scope.guard(scope.untagged(field)).always();
            if (defaulted && field.initial() instanceof Initial.Empty) {
                switch (field.type()) {
                    case FieldType.ListOf _ -> lists++;
                    case FieldType.StructOf(String name) ->
                            structs.append(" + ").append(ofStruct(name));
                    case Scalar _ -> {}
                }
            }
        }
        java.line(
                "private static final int "
                        + CONSTANT
                        + " = HeapCost.object("
                        + primitiveBytes
                        + ", "
                        + references
                        + ")"
                        + (lists == 0 ? "" : " + " + lists + " * HeapCost.LIST")
                        + structs
                        + ";");
    }

    /** The constant of a struct. */
    static String ofStruct(String name) {
        return name + "." + CONSTANT;
    }

    /** What an element of a list takes besides the reference to it. */
    static String ofElement(FieldType element) {
        return switch (element) {
            case FieldType.StructOf(String name) -> ofStruct(name);
            case Scalar scalar ->
                    switch (scalar) {
                        case INT16, UINT16, INT32 -> "HeapCost.BOXED_INT";
                        case UINT32, INT64, FLOAT64 -> "HeapCost.BOXED_LONG";
                        case BOOL, INT8, UUID, STRING, BYTES, RECORDS -> "0";
                    };
            case FieldType.ListOf _ ->
                    throw new IllegalStateException("lists of lists are refused");
        };
    }

    private static int javaBytes(Scalar scalar) {
        return switch (scalar.javaType()) {
            case "boolean", "byte" -> 1;
            case "short" -> 2;
            case "int" -> 4;
            default -> 8;
        };
    }
}
