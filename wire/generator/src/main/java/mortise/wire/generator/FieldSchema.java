package mortise.wire.generator;

/**
 * One field of a struct.
 *
 * @param name in upper camel case, as in the schema
 * @param versions in which the field exists
 * @param nullable versions in which it may be null
 * @param tagged versions in which it is a tagged field; an open range, or none
 * @param tag its tag, or -1
 * @param flexible versions in which it uses the compact encodings
 * @param initial its default
 * @param ignorable whether a value that the version lacks is silently left out
 */
record FieldSchema(
        String name,
        FieldType type,
        Versions versions,
        Versions nullable,
        Versions tagged,
        int tag,
        Versions flexible,
        Initial initial,
        boolean ignorable,
        String about) {

    /** The field's default: what a new message has, and what an absent field means. */
    sealed interface Initial {
        /** Null. */
        record Nothing() implements Initial {}

        /** Zero, false, empty, or a struct with every field at its default. */
        record Empty() implements Initial {}

        /** A Java constant of a primitive type or a text. */
        record Constant(String java) implements Initial {}
    }

    /** The accessor's name. */
    String javaName() {
        return Names.lowerFirst(name);
    }

    boolean isTagged() {
        return tag >= 0;
    }

    /** Whether null is a value that a Java variable for this field can have. */
    boolean canBeNull() {
        return !nullable.isEmpty() || initial instanceof Initial.Nothing;
    }
}
