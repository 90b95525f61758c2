package mortise.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * The offsets and timestamps of a batch's records, in order, once, and whether they have keys.
 * Keys, values and headers are passed over unread, so a walk takes one window of memory, however
 * large the records are.
 *
 * <p>{@link #next} throws {@link CorruptRecordException} where the records contradict the header:
 * fewer or more records than it counts, offsets that do not grow or leave its range, lengths that
 * the data does not have, more bytes than the caller allows.
 *
 * <p>Confined to one thread. Must be closed: a codec may hold native memory.
 */
public final class RecordTimes implements AutoCloseable {
    private static final int WINDOW_BYTES = 16 * 1024;

    private final InputStream opened;
    private final String what;
    private final long maxBytes;
    private final long baseOffset;
    private final int lastOffsetDelta;
    private final long baseTimestamp;
    private final long appendTime;
    private final boolean logAppendTime;
    private final byte[] window = new byte[WINDOW_BYTES];
    private int windowStart;
    private int windowEnd;
    private long position;
    private int left;
    private int offsetDelta = -1;
    private long timestamp;
    private boolean hasKey;

    private RecordTimes(RecordBatch batch, InputStream opened, String what, long maxBytes) {
        this.opened = opened;
        this.what = what;
        this.maxBytes = maxBytes;
        baseOffset = batch.baseOffset();
        lastOffsetDelta = batch.lastOffsetDelta();
        baseTimestamp = batch.baseTimestamp();
        appendTime = batch.maxTimestamp();
        logAppendTime = batch.usesLogAppendTime();
        left = batch.recordCount();
    }

    /**
     * Starts a walk.
     *
     * @param codecs the codecs at hand
     * @param maxDecompressedBytes how many bytes the records may take before the batch counts as
     *     corrupt
     * @throws UnsupportedCodecException if no codec at hand opens the batch
     * @throws CorruptRecordException if the compressed data does not even start well
     */
    public static RecordTimes of(RecordBatch batch, Codecs codecs, long maxDecompressedBytes) {
        ByteBuffer all = batch.buffer();
        ByteBuffer records =
                all.slice(RecordBatch.HEADER_BYTES, all.limit() - RecordBatch.HEADER_BYTES);
        if (batch.codecId() == CompressionType.NONE.id()) {
            InputStream plain = new ByteBufferInputStream(records);
            return new RecordTimes(batch, plain, "batch", maxDecompressedBytes);
        }
        Codec codec = codecs.require(batch.codecId());
        String what = "opened " + codec.name() + " batch";
        try {
            InputStream opened = codec.decompressing(records, maxDecompressedBytes);
            return new RecordTimes(batch, opened, what, maxDecompressedBytes);
        } catch (IOException | RuntimeException fault) {
            throw new CorruptRecordException(doing(what, batch.baseOffset(), 0) + fault, 0, fault);
        }
    }

    /** Moves to the next record; false after the last one that the header counts. */
    public boolean next() {
        if (left <= 0) {
            if (left < 0 || read() >= 0) {
                throw corrupt("more follows after the last record that the header counts");
            }
            return false;
        }
        long start = position;
        long length = varint(Varint.MAX_INT_BYTES);
        long end = position + length;
        if (length < 0 || end > maxBytes) {
            throw corrupt(
                    length < 0
                            ? "a record claims " + length + " bytes"
                            : "with a record of "
                                    + length
                                    + " bytes it opens to more than the "
                                    + maxBytes
                                    + " that max-decompressed-bytes allows");
        }
        byteOf(start);
        long timestampDelta = varint(Varint.MAX_LONG_BYTES);
        long delta = varint(Varint.MAX_INT_BYTES);
        long keyBytes = position < end ? varint(Varint.MAX_INT_BYTES) : -1;
        if (position > end) {
            throw corrupt("a record of " + length + " bytes is shorter than its fields");
        }
        if (delta <= offsetDelta || delta > lastOffsetDelta) {
            throw corrupt(
                    "a record has offset delta "
                            + delta
                            + ", after "
                            + offsetDelta
                            + " and up to "
                            + lastOffsetDelta
                            + " was wanted");
        }
        skip(end - position);
        left--;
        offsetDelta = (int) delta;
        hasKey = keyBytes >= 0;
        timestamp = logAppendTime ? appendTime : baseTimestamp + timestampDelta;
        return true;
    }

    /** The offset of the record that {@link #next} came to. */
    public long offset() {
        return baseOffset + offsetDelta;
    }

    /** The timestamp of the record that {@link #next} came to, in milliseconds since the epoch. */
    public long timestamp() {
        return timestamp;
    }

    /** Whether the record that {@link #next} came to has a key. */
    public boolean hasKey() {
        return hasKey;
    }

    private long varint(int mostBytes) {
        long start = position;
        long zigzag = 0;
        for (int shift = 0; shift < 7 * mostBytes; shift += 7) {
            int next = byteOf(start);
            zigzag |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        throw corrupt("a number has more than " + mostBytes + " bytes");
    }

    private int byteOf(long start) {
        int next = read();
        if (next < 0) {
            position = start;
            throw corrupt("the data ends " + left + " records before the header's count");
        }
        return next;
    }

    private int read() {
        if (windowStart == windowEnd && !fill()) {
            return -1;
        }
        position++;
        return window[windowStart++] & 0xff;
    }

    private void skip(long count) {
        long rest = count;
        while (rest > 0) {
            if (windowStart == windowEnd && !fill()) {
                throw corrupt("a record claims " + rest + " bytes more than there are");
            }
            int passed = (int) Math.min(rest, windowEnd - windowStart);
            windowStart += passed;
            position += passed;
            rest -= passed;
        }
    }

    private boolean fill() {
        try {
            windowStart = 0;
            windowEnd = Math.max(0, opened.read(window, 0, WINDOW_BYTES));
            return windowEnd > 0;
        } catch (IOException | RuntimeException fault) {
            windowEnd = 0;
            left = -1;
            throw new CorruptRecordException(
                    doing(what, baseOffset, position) + fault, position, fault);
        }
    }

    private CorruptRecordException corrupt(String fault) {
        left = -1;
        return new CorruptRecordException(doing(what, baseOffset, position) + fault, position);
    }

    private static String doing(String what, long baseOffset, long position) {
        return "reading byte " + position + " of the " + what + " at offset " + baseOffset + ": ";
    }

    /** Releases what the codec holds. */
    @Override
    public void close() {
        left = -1;
        try {
            opened.close();
        } catch (IOException | RuntimeException fault) {
            throw new CorruptRecordException(
                    doing(what, baseOffset, position) + fault, position, fault);
        }
    }
}
