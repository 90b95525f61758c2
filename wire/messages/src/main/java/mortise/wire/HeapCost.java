package mortise.wire;

/**
 * What the objects of a decoded message take on the heap of this JVM, rather too much than too
 * little: a {@link WireReader} charges it before it makes them. Object headers have 12 bytes,
 * objects begin at multiples of 8, and references have 4 bytes in a heap below 32 GiB.
 */
public final class HeapCost {
    /** A reference. */
    public static final int REFERENCE =
            Runtime.getRuntime().maxMemory() < 32L << 30 ? Integer.BYTES : Long.BYTES;

    /** A list without its elements and the references to them. */
    public static final int LIST = object(8, 1);

    /** A boxed integer of up to four bytes; small ones are shared and cost less. */
    public static final int BOXED_INT = object(4, 0);

    /** A boxed number of eight bytes. */
    public static final int BOXED_LONG = object(8, 0);

    /** A UUID. */
    static final int UUID = object(16, 0);

    /** The head of an array. */
    static final int ARRAY = 16;

    /** A string without its characters. */
    static final int STRING = object(8, 1) + ARRAY + 8;

    /** A character of a string, at most; those beyond Latin-1 have two bytes. */
    static final int CHARACTER = Character.BYTES;

    /** A view of a frame. */
    static final int SLICE = object(40, 4);

    /** A {@link BufferPayload} around a view. */
    static final int PAYLOAD = object(0, 1);

    /** A tagged field in a list that grows, without the view of its bytes. */
    static final int TAGGED_FIELD = object(4, 1) + 5 * REFERENCE;

    /** The list of tagged fields, with room for the first two. */
    static final int TAGGED_FIELDS = LIST + ARRAY + 2 * REFERENCE;

    private HeapCost() {}

    /** An object with fields that take so many bytes, and so many references. */
    public static int object(int primitiveBytes, int references) {
        return (12 + primitiveBytes + references * REFERENCE + 7) & -8;
    }
}
