package mortise.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the primitives of the protocol from a buffer, and refuses lengths that the buffer cannot
 * hold before anything is allocated for them. Every method takes the name of the field for its
 * error message. Confined to one thread.
 *
 * <p>What is read may take only so much heap: every object is charged to the reader's budget before
 * it is made, by {@link HeapCost}, and {@link OversizedMessageException} refuses what exceeds it.
 *
 * <p>The reader starts at the buffer's position and ends at its limit; the buffer's own position
 * does not move. Bytes and records are slices of the buffer.
 */
public final class WireReader {
    /** The most elements that an array may have. */
    public static final int MAX_ARRAY_ELEMENTS = 1_000_000;

    /** The most tagged fields that a message or struct may have. */
    public static final int MAX_TAGGED_FIELDS = 10_000;

    /** The longest string, in bytes. */
    public static final int MAX_STRING_BYTES = Short.MAX_VALUE;

    /** The heap that a reader may use unless it is given another budget: a quarter of all. */
    public static final long DEFAULT_HEAP_BUDGET = Runtime.getRuntime().maxMemory() / 4;

    private static final byte[] NO_SCRATCH = new byte[0];

    private final ByteBuffer buffer;
    private final long heapBudget;
    private long heapLeft;
    private int position;
    private int limit;

    /** Where strings of a buffer without an array are copied through. */
    private byte[] scratch = NO_SCRATCH;

    /** Reads what is between position and limit of a big-endian buffer. */
    public WireReader(ByteBuffer buffer) {
        this(buffer, DEFAULT_HEAP_BUDGET);
    }

    /**
     * Reads what is between position and limit of a big-endian buffer.
     *
     * @param heapBudget how many bytes of heap the objects may take that are read
     */
    public WireReader(ByteBuffer buffer, long heapBudget) {
        if (buffer.order() != ByteOrder.BIG_ENDIAN) {
            throw new IllegalArgumentException(
                    "reading a message: the buffer is little-endian, the protocol is big-endian");
        }
        this.buffer = buffer;
        this.position = buffer.position();
        this.limit = buffer.limit();
        this.heapBudget = heapBudget;
        this.heapLeft = heapBudget;
    }

    /** How many bytes of heap the objects take that have been read so far. */
    public long heapBytes() {
        return heapBudget - heapLeft;
    }

    /**
     * Charges the heap that is about to be allocated for a field.
     *
     * @return this reader
     * @throws OversizedMessageException if it exceeds the budget
     */
    public WireReader charge(String field, long heapBytes) {
        long left = heapLeft - heapBytes;
        if (left < 0) {
            throw new OversizedMessageException(
                    "reading "
                            + field
                            + " before byte "
                            + position
                            + ": the message would take more than "
                            + heapBudget
                            + " bytes of heap",
                    heapBudget);
        }
        heapLeft = left;
        return this;
    }

    /** The index in the buffer of the next byte. */
    public int position() {
        return position;
    }

    /** How many bytes are left. */
    public int remaining() {
        return limit - position;
    }

    /** Refuses bytes that are left over after a message. */
    public void requireEnd(String message) {
        if (position != limit) {
            throw malformed(message, remaining() + " bytes follow its end, want none");
        }
    }

    /** A byte that is zero for false. */
    public boolean readBool(String field) {
        return readInt8(field) != 0;
    }

    /** One signed byte. */
    public byte readInt8(String field) {
        return buffer.get(advance(field, 1));
    }

    /** Two bytes, signed. */
    public short readInt16(String field) {
        return buffer.getShort(advance(field, 2));
    }

    /** Two bytes, unsigned. */
    public int readUint16(String field) {
        return Short.toUnsignedInt(readInt16(field));
    }

    /** Four bytes, signed. */
    public int readInt32(String field) {
        return buffer.getInt(advance(field, 4));
    }

    /** Four bytes, unsigned. */
    public long readUint32(String field) {
        return Integer.toUnsignedLong(readInt32(field));
    }

    /** Eight bytes, signed. */
    public long readInt64(String field) {
        return buffer.getLong(advance(field, 8));
    }

    /** Eight bytes, IEEE 754. */
    public double readFloat64(String field) {
        return buffer.getDouble(advance(field, 8));
    }

    /** Sixteen bytes; all zero means none. */
    public UUID readUuid(String field) {
        int at = advance(field, 16);
        long high = buffer.getLong(at);
        long low = buffer.getLong(at + 8);
        if (high == 0 && low == 0) {
            return ApiMessage.ZERO_UUID;
        }
        charge(field, HeapCost.UUID);
        return new UUID(high, low);
    }

    /** Up to five bytes of seven bits, lowest first, unsigned. */
    public int readUnsignedVarint(String field) {
        int first = readInt8(field);
        return first >= 0 ? first : readLongerVarint(field, first & 0x7f);
    }

    private int readLongerVarint(String field, int lowestBits) {
        int value = lowestBits;
        for (int shift = 7; shift < 35; shift += 7) {
            int next = readInt8(field);
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                if (shift == 28 && next > 0x0f) {
                    throw malformed(field, "a variable-length integer exceeds 32 bits");
                }
                return value;
            }
        }
        throw malformed(field, "a variable-length integer has more than 5 bytes");
    }

    /** A string that must not be null. */
    public String readString(String field, boolean compact) {
        return string(field, requirePresent(field, stringLength(field, compact)));
    }

    /** A string or null. */
    public @Nullable String readNullableString(String field, boolean compact) {
        int length = stringLength(field, compact);
        return length < 0 ? null : string(field, length);
    }

    /** Bytes that must not be null, as a slice of the buffer. */
    public ByteBuffer readBytes(String field, boolean compact) {
        return slice(field, requirePresent(field, bytesLength(field, compact)));
    }

    /** Bytes or null, as a slice of the buffer. */
    public @Nullable ByteBuffer readNullableBytes(String field, boolean compact) {
        int length = bytesLength(field, compact);
        return length < 0 ? null : slice(field, length);
    }

    /** Records that must not be null, as a slice of the buffer. */
    public Payload readPayload(String field, boolean compact) {
        ByteBuffer bytes = readBytes(field, compact);
        charge(field, HeapCost.PAYLOAD);
        return new BufferPayload(bytes);
    }

    /** Records or null, as a slice of the buffer. */
    public @Nullable Payload readNullablePayload(String field, boolean compact) {
        ByteBuffer bytes = readNullableBytes(field, compact);
        if (bytes == null) {
            return null;
        }
        charge(field, HeapCost.PAYLOAD);
        return new BufferPayload(bytes);
    }

    /** The byte before a struct that may be null: negative if it is. */
    public boolean readIsNull(String field) {
        return readInt8(field) < 0;
    }

    /**
     * The number of elements of an array that must not be null; the list for it is charged.
     *
     * @param leastBytes the fewest bytes that an element takes
     * @param elementHeapBytes what an element takes on the heap besides a reference and what is
     *     charged when its fields are read
     */
    public int readArrayLength(
            String field, boolean compact, int leastBytes, int elementHeapBytes) {
        return requirePresent(
                field, readNullableArrayLength(field, compact, leastBytes, elementHeapBytes));
    }

    /** The number of elements of an array, or -1 for null. */
    public int readNullableArrayLength(
            String field, boolean compact, int leastBytes, int elementHeapBytes) {
        int count = compact ? compactLength(field) : length(field, readInt32(field));
        if (count > MAX_ARRAY_ELEMENTS) {
            throw malformed(field, count + " elements, want at most " + MAX_ARRAY_ELEMENTS);
        }
        if ((long) count * leastBytes > remaining()) {
            throw malformed(
                    field,
                    count
                            + " elements of at least "
                            + leastBytes
                            + " bytes, but "
                            + remaining()
                            + " bytes are left");
        }
        if (count >= 0) {
            long elements = (long) count * (elementHeapBytes + HeapCost.REFERENCE);
            charge(field, HeapCost.LIST + HeapCost.ARRAY + elements);
        }
        return count;
    }

    /** The number of tagged fields of a message or struct. */
    public int readTagCount(String message) {
        int count = readUnsignedVarint(message);
        if (count < 0 || count > MAX_TAGGED_FIELDS) {
            throw malformed(
                    message,
                    Integer.toUnsignedString(count)
                            + " tagged fields, want at most "
                            + MAX_TAGGED_FIELDS);
        }
        if (count > remaining() / 2) {
            throw malformed(
                    message,
                    count
                            + " tagged fields of at least 2 bytes, but "
                            + remaining()
                            + " bytes are left");
        }
        return count;
    }

    /** The size of one tagged field. */
    public int readTagSize(String message, int tag) {
        int bytes = readUnsignedVarint(message);
        if (tag < 0 || bytes < 0 || bytes > remaining()) {
            throw malformed(
                    message,
                    "tagged field "
                            + Integer.toUnsignedString(tag)
                            + " of "
                            + Integer.toUnsignedString(bytes)
                            + " bytes, but "
                            + remaining()
                            + " bytes are left");
        }
        return bytes;
    }

    /** Adds a tagged field that the schema does not know to a list, which is made if need be. */
    public List<UnknownTaggedField> readUnknownTag(
            @Nullable List<UnknownTaggedField> list, int tag, int bytes) {
        int first = list == null ? HeapCost.TAGGED_FIELDS : 0;
        charge("a tagged field", first + HeapCost.TAGGED_FIELD);
        List<UnknownTaggedField> tags = list == null ? new ArrayList<>(2) : list;
        tags.add(new UnknownTaggedField(tag, slice("a tagged field", bytes)));
        return tags;
    }

    /** Narrows the reader to one tagged field; the result is for {@link #leaveTag}. */
    public int enterTag(int bytes) {
        int outer = limit;
        limit = position + bytes;
        return outer;
    }

    /** Widens the reader again, and refuses a tagged field that was not read to its end. */
    public void leaveTag(String field, int outer) {
        if (position != limit) {
            throw malformed(field, remaining() + " bytes too many in the tagged field");
        }
        limit = outer;
    }

    /** The error for a tag that the schema knows, but not in this version. */
    public MalformedMessageException tagNotInVersion(String field, int tag, short version) {
        return malformed(field, "tag " + tag + " is not valid in version " + version);
    }

    private int stringLength(String field, boolean compact) {
        int length = compact ? compactLength(field) : length(field, readInt16(field));
        if (length > MAX_STRING_BYTES) {
            throw malformed(
                    field, "a string of " + length + " bytes, want at most " + MAX_STRING_BYTES);
        }
        return length;
    }

    private int bytesLength(String field, boolean compact) {
        return compact ? compactLength(field) : length(field, readInt32(field));
    }

    private int compactLength(String field) {
        int lengthPlusOne = readUnsignedVarint(field);
        if (lengthPlusOne < 0) {
            throw malformed(
                    field,
                    "length " + (Integer.toUnsignedLong(lengthPlusOne) - 1) + " is too large");
        }
        return lengthPlusOne - 1;
    }

    private int length(String field, int length) {
        if (length < -1) {
            throw malformed(field, "length " + length + ", want -1 for null or more");
        }
        return length;
    }

    private int requirePresent(String field, int length) {
        if (length < 0) {
            throw malformed(field, "null, which this version does not allow");
        }
        return length;
    }

    private String string(String field, int length) {
        if (length == 0) {
            return "";
        }
        int at = advance(field, length);
        charge(field, HeapCost.STRING + (long) length * HeapCost.CHARACTER);
        if (buffer.hasArray()) {
            return new String(
                    buffer.array(), buffer.arrayOffset() + at, length, StandardCharsets.UTF_8);
        }
        if (scratch.length < length) {
            scratch = new byte[Math.max(64, length)];
        }
        buffer.get(at, scratch, 0, length);
        return new String(scratch, 0, length, StandardCharsets.UTF_8);
    }

    private ByteBuffer slice(String field, int length) {
        if (length == 0) {
            return ApiMessage.NO_BYTES;
        }
        int at = advance(field, length);
        charge(field, HeapCost.SLICE);
        return buffer.slice(at, length);
    }

    /** Moves on by so many bytes and returns where they begin. */
    private int advance(String field, int bytes) {
        int at = position;
        if (bytes > limit - at) {
            throw malformed(field, bytes + " bytes wanted, " + (limit - at) + " are left");
        }
        position = at + bytes;
        return at;
    }

    private MalformedMessageException malformed(String field, String problem) {
        return new MalformedMessageException(
                "reading " + field + " before byte " + position + ": " + problem);
    }
}
