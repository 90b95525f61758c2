package mortise.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The size of messages before they are written: the sum of their bytes, and what measuring found
 * out that writing needs again (lengths of strings, sizes of tagged fields), as a queue in the
 * order of the fields. Filled by {@link ApiMessage#measure}, emptied by {@link ApiMessage#write} in
 * the same order; used once. Confined to one thread.
 */
public final class MessageSize {
    private static final int NULL = -1;

    private int totalBytes;
    private int payloadBytes;

    private int[] found = new int[32];
    private int foundCount;
    private int nextFound;

    /** Nothing yet. */
    public MessageSize() {}

    /** All bytes so far, those of payloads included. */
    public int totalBytes() {
        return totalBytes;
    }

    /** The bytes of payloads so far. */
    public int payloadBytes() {
        return payloadBytes;
    }

    /** Adds a fixed number of bytes. */
    public void add(int bytes) {
        int sum = totalBytes + bytes;
        if (sum < 0) {
            throw tooLarge();
        }
        totalBytes = sum;
    }

    /** Adds elements of a fixed size; nothing if the count is that of a null array. */
    public void add(int count, int bytesEach) {
        if (count > 0) {
            long bytes = (long) count * bytesEach;
            if (bytes > Integer.MAX_VALUE) {
                throw tooLarge();
            }
            add((int) bytes);
        }
    }

    /** Adds a string that must not be null. */
    public void addString(String field, @Nullable String value, boolean compact) {
        addNullableString(field, value, compact, false);
    }

    /** Adds a string, null only if that is allowed. */
    public void addNullableString(
            String field, @Nullable String value, boolean compact, boolean nullable) {
        if (value == null) {
            requireNullable(field, nullable);
            push(NULL);
            add(compact ? 1 : 2);
            return;
        }
        int bytes = Utf8.length(value);
        if (bytes > WireReader.MAX_STRING_BYTES) {
            throw new UnwritableMessageException(
                    "writing "
                            + field
                            + ": the string has "
                            + bytes
                            + " bytes, want at most "
                            + WireReader.MAX_STRING_BYTES);
        }
        push(bytes);
        add((compact ? Varint.sizeOf(bytes + 1) : 2) + bytes);
    }

    /** Adds bytes that must not be null. */
    public void addBytes(String field, @Nullable ByteBuffer value, boolean compact) {
        addNullableBytes(field, value, compact, false);
    }

    /** Adds bytes, null only if that is allowed. */
    public void addNullableBytes(
            String field, @Nullable ByteBuffer value, boolean compact, boolean nullable) {
        if (value == null) {
            requireNullable(field, nullable);
        }
        addLengthAndBytes(value == null ? NULL : value.remaining(), compact);
    }

    /** Adds records that must not be null. */
    public void addPayload(String field, @Nullable Payload value, boolean compact) {
        addNullablePayload(field, value, compact, false);
    }

    /** Adds records, null only if that is allowed. */
    public void addNullablePayload(
            String field, @Nullable Payload value, boolean compact, boolean nullable) {
        if (value == null) {
            requireNullable(field, nullable);
            addLengthAndBytes(NULL, compact);
            return;
        }
        int bytes = value.sizeInBytes();
        addLengthAndBytes(bytes, compact);
        payloadBytes += bytes;
    }

    /** Adds the length of an array that must not be null, and returns it. */
    public int addArrayLength(String field, @Nullable List<?> list, boolean compact) {
        return addNullableArrayLength(field, list, compact, false);
    }

    /** Adds the length of an array, null only if that is allowed, and returns it; -1 for null. */
    public int addNullableArrayLength(
            String field, @Nullable List<?> list, boolean compact, boolean nullable) {
        if (list == null) {
            requireNullable(field, nullable);
            add(compact ? 1 : 4);
            return NULL;
        }
        int count = list.size();
        add(compact ? Varint.sizeOf(count + 1) : 4);
        return count;
    }

    /** The value, which must not be null. */
    public <T> T present(String field, @Nullable T value) {
        if (value == null) {
            throw UnwritableMessageException.isNull(field);
        }
        return value;
    }

    /** Begins the tagged fields of a struct; the result is for {@link #endTags}. */
    public int beginTags() {
        return push(0);
    }

    /** Ends the tagged fields: adds their number and the unknown ones. */
    public void endTags(
            String message, int section, int known, @Nullable List<UnknownTaggedField> unknown) {
        int count = known + addUnknown(message, unknown);
        found[section] = count;
        add(Varint.sizeOf(count));
    }

    /** Adds the tagged fields of a struct whose schema has none. */
    public void addTags(String message, @Nullable List<UnknownTaggedField> unknown) {
        add(Varint.sizeOf(addUnknown(message, unknown)));
    }

    /** Begins one tagged field; the result is for {@link #endTag}. */
    public int beginTag(int tag) {
        add(Varint.sizeOf(tag));
        return push(totalBytes);
    }

    /** Ends one tagged field, now that the size of its value is known. */
    public void endTag(int slot) {
        int bytes = totalBytes - found[slot];
        found[slot] = bytes;
        add(Varint.sizeOf(bytes));
    }

    /** Refuses unknown tagged fields in a version that has no tagged fields. */
    public void refuseTags(
            String message, @Nullable List<UnknownTaggedField> unknown, short version) {
        if (unknown != null && !unknown.isEmpty()) {
            throw new UnwritableMessageException(
                    "writing "
                            + message
                            + " in version "
                            + version
                            + ": it has "
                            + unknown.size()
                            + " unknown tagged fields, and this version has no tagged fields");
        }
    }

    /** The next of what measuring found out. */
    public int next() {
        if (nextFound == foundCount) {
            throw new IllegalStateException(
                    "writing a message that was not measured in the same version before");
        }
        return found[nextFound++];
    }

    private int addUnknown(String message, @Nullable List<UnknownTaggedField> unknown) {
        if (unknown == null || unknown.isEmpty()) {
            return 0;
        }
        int before = -1;
        for (int i = 0; i < unknown.size(); i++) {
            UnknownTaggedField field = unknown.get(i);
            if (field.tag() <= before) {
                throw new UnwritableMessageException(
                        "writing "
                                + message
                                + ": unknown tagged field "
                                + field.tag()
                                + " follows "
                                + before
                                + ", want rising tags from 0");
            }
            before = field.tag();
            int bytes = field.data().remaining();
            add(Varint.sizeOf(field.tag()) + Varint.sizeOf(bytes));
            add(bytes);
        }
        return unknown.size();
    }

    private void addLengthAndBytes(int bytes, boolean compact) {
        add(compact ? Varint.sizeOf(bytes + 1) : 4);
        add(Math.max(bytes, 0));
    }

    private static void requireNullable(String field, boolean nullable) {
        if (!nullable) {
            throw UnwritableMessageException.isNull(field);
        }
    }

    private int push(int value) {
        if (foundCount == found.length) {
            found = Arrays.copyOf(found, foundCount * 2);
        }
        found[foundCount] = value;
        return foundCount++;
    }

    private static UnwritableMessageException tooLarge() {
        return new UnwritableMessageException(
                "writing a message: it has more than " + Integer.MAX_VALUE + " bytes");
    }
}
