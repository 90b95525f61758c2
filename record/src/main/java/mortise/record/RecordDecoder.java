package mortise.record;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the records of one batch from their bytes, and knows which offset must not come again. */
final class RecordDecoder {
    /** A header is at least two lengths, so a record has room for half as many as it has bytes. */
    private static final int MIN_HEADER_BYTES = 2;

    private final long baseOffset;
    private final int lastOffsetDelta;
    private final long baseTimestamp;
    private final boolean logAppendTime;
    private final long maxTimestamp;
    private int previousDelta = -1;

    RecordDecoder(RecordBatch batch) {
        baseOffset = batch.baseOffset();
        lastOffsetDelta = batch.lastOffsetDelta();
        baseTimestamp = batch.baseTimestamp();
        logAppendTime = batch.usesLogAppendTime();
        maxTimestamp = batch.maxTimestamp();
    }

    /**
     * Reads the record that is all of {@code body}, without its length.
     *
     * @param position where the record is, for the error
     */
    Record decode(ByteBuffer body, long position) {
        try {
            body.get();
            long timestampDelta = Varint.getLong(body);
            int offsetDelta = Varint.getInt(body);
            if (offsetDelta <= previousDelta || offsetDelta > lastOffsetDelta) {
                throw new IllegalArgumentException(
                        "its offset delta is "
                                + offsetDelta
                                + ", after "
                                + previousDelta
                                + " and up to "
                                + lastOffsetDelta
                                + " was wanted");
            }
            previousDelta = offsetDelta;
            ByteBuffer key = bytes(body, "key");
            ByteBuffer value = bytes(body, "value");
            List<RecordHeader> headers = headers(body);
            if (body.hasRemaining()) {
                throw new IllegalArgumentException(
                        body.remaining() + " of its bytes are left over after its headers");
            }
            long timestamp = logAppendTime ? maxTimestamp : baseTimestamp + timestampDelta;
            return new Record(baseOffset + offsetDelta, timestamp, key, value, headers);
        } catch (BufferUnderflowException tooShort) {
            throw corrupt("it ends in the middle of a field", position, tooShort);
        } catch (IllegalArgumentException fault) {
            throw corrupt(String.valueOf(fault.getMessage()), position, fault);
        }
    }

    private CorruptRecordException corrupt(String what, long position, Throwable cause) {
        return new CorruptRecordException(
                "reading the record at byte "
                        + position
                        + " of the batch at offset "
                        + baseOffset
                        + ": "
                        + what,
                position,
                cause);
    }

    private static @Nullable ByteBuffer bytes(ByteBuffer body, String field) {
        int length = Varint.getInt(body);
        if (length == -1) {
            return null;
        }
        return slice(body, length, field);
    }

    private static ByteBuffer slice(ByteBuffer body, int length, String field) {
        if (length < 0 || length > body.remaining()) {
            throw new IllegalArgumentException(
                    "its "
                            + field
                            + " claims "
                            + length
                            + " bytes, "
                            + body.remaining()
                            + " are left");
        }
        ByteBuffer slice = body.slice(body.position(), length);
        body.position(body.position() + length);
        return slice;
    }

    private static List<RecordHeader> headers(ByteBuffer body) {
        int count = Varint.getInt(body);
        if (count == 0) {
            return List.of();
        }
        if (count < 0 || count > body.remaining() / MIN_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "it claims " + count + " headers in " + body.remaining() + " bytes");
        }
        List<RecordHeader> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ByteBuffer key = slice(body, Varint.getInt(body), "header key");
            String name = StandardCharsets.UTF_8.decode(key).toString();
            headers.add(new RecordHeader(name, bytes(body, "header value")));
        }
        return headers;
    }
}
