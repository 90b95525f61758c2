package mortise.wire.generator;

/** The type of a field: a scalar, a list of something, or a struct by name. */
sealed interface FieldType permits Scalar, FieldType.ListOf, FieldType.StructOf {
    /** The Java type of a variable. */
    String javaType();

    /** The Java type as a type argument. */
    String boxedType();

    /** A list of elements, none of which is null. */
    record ListOf(FieldType element) implements FieldType {
        @Override
        public String javaType() {
            return "List<" + element.boxedType() + ">";
        }

        @Override
        public String boxedType() {
            return javaType();
        }
    }

    /** A struct of the same message. */
    record StructOf(String name) implements FieldType {
        @Override
        public String javaType() {
            return name;
        }

        @Override
        public String boxedType() {
            return name;
        }
    }
}
