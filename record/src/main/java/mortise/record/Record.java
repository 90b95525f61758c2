package mortise.record;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record, opened.
 *
 * <p>Key, value and header values are lent, not to be written to, and null where the record has
 * none. In an uncompressed batch they are slices of the batch's buffer and live as long as that.
 *
 * @param offset its place in the partition
 * @param timestamp milliseconds since the epoch; the append time where the batch uses that
 * @param key null for a record without key
 * @param value null for a tombstone
 * @param headers in the order in which they were written; a key may appear more than once
 */
@SuppressWarnings("AvoidCommonTypeNames") // the word of the field
public record Record(
        long offset,
        long timestamp,
        @Nullable ByteBuffer key,
        @Nullable ByteBuffer value,
        List<RecordHeader> headers) {

    /** A record without headers. */
    public Record(
            long offset, long timestamp, @Nullable ByteBuffer key, @Nullable ByteBuffer value) {
        this(offset, timestamp, key, value, List.of());
    }
}
