package mortise.record;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes one record batch, byte for byte as Apache Kafka's clients do. Settings come first, then
 * records, then {@link #build()}, once. Compression goes on as records arrive.
 *
 * <p>Confined to one thread. A builder with a codec holds the codec's stream, and maybe native
 * memory with it, until the batch is built; one that may be given up before that must be closed.
 */
public final class RecordBatchBuilder implements AutoCloseable {
    private static final int SCRATCH_BYTES = 1024;

    private final BatchSink sink;
    private final int start;
    private @Nullable Codec codec;
    private int level;
    private long baseOffset;
    private int leaderEpoch = RecordBatch.NO_LEADER_EPOCH;
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private int flags;
    private long appendTime = RecordBatch.NO_TIMESTAMP;
    private long baseTimestamp = RecordBatch.NO_TIMESTAMP;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private int lastOffsetDelta = -1;
    private int retainedOffsetDelta = -1;
    private int count;
    private long uncompressedBytes = RecordBatch.HEADER_BYTES;
    private @Nullable OutputStream compressing;
    private ByteBuffer scratch = ByteBuffer.allocate(0);
    private boolean built;

    private RecordBatchBuilder(ByteBuffer buffer, boolean grows, int most) {
        sink = new BatchSink(buffer, grows, most);
        start = buffer.position();
    }

    /** A builder that allocates heap buffers as it needs them, starting with this many bytes. */
    public static RecordBatchBuilder growing(int initialBytes) {
        return growing(initialBytes, Integer.MAX_VALUE);
    }

    /**
     * The same for a batch that may have so many bytes at most; one that would have more throws
     * {@link BatchTooLargeException} as it grows.
     */
    public static RecordBatchBuilder growing(int initialBytes, int mostBytes) {
        int most = Math.max(mostBytes, RecordBatch.HEADER_BYTES);
        int bytes = Math.clamp(initialBytes, RecordBatch.HEADER_BYTES, most);
        return new RecordBatchBuilder(ByteBuffer.allocate(bytes), true, most);
    }

    /**
     * A builder that writes to a big-endian buffer from its position on, and leaves its position
     * after the batch. What does not fit is refused; the buffer then holds a part of no meaning.
     */
    public static RecordBatchBuilder into(ByteBuffer target) {
        if (target.order() != ByteOrder.BIG_ENDIAN
                || target.remaining() < RecordBatch.HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "building a record batch: a big-endian buffer with room for 61 bytes is wanted, this one is "
                            + target);
        }
        return new RecordBatchBuilder(target, false, Integer.MAX_VALUE);
    }

    /** Sets the first offset; 0 unless set, as a producer wants it. */
    public RecordBatchBuilder baseOffset(long offset) {
        beforeRecords();
        baseOffset = offset;
        return this;
    }

    /** Sets the leader epoch; -1 unless set. */
    public RecordBatchBuilder leaderEpoch(int epoch) {
        leaderEpoch = epoch;
        return this;
    }

    /** Compresses the records at the codec's standard level. */
    public RecordBatchBuilder codec(Codec codec) {
        return codec(codec, codec.levels().standard());
    }

    /** Compresses the records at this level. */
    public RecordBatchBuilder codec(Codec codec, int level) {
        beforeRecords();
        this.codec = codec;
        this.level = level;
        return this;
    }

    /** Names the idempotent producer and the first record's sequence number. */
    public RecordBatchBuilder producer(long id, short epoch, int baseSequence) {
        producerId = id;
        producerEpoch = epoch;
        this.baseSequence = baseSequence;
        return this;
    }

    /** Makes the batch part of its producer's transaction. */
    public RecordBatchBuilder transactional() {
        flags |= RecordBatch.TRANSACTIONAL_BIT;
        return this;
    }

    /** Makes the records control records. */
    public RecordBatchBuilder control() {
        flags |= RecordBatch.CONTROL_BIT;
        return this;
    }

    /** Gives every record the time of the append. */
    public RecordBatchBuilder logAppendTime(long millis) {
        flags |= RecordBatch.LOG_APPEND_TIME_BIT;
        appendTime = millis;
        return this;
    }

    /** Puts a delete horizon where the base timestamp is, as compaction does. */
    public RecordBatchBuilder deleteHorizon(long millis) {
        beforeRecords();
        flags |= RecordBatch.DELETE_HORIZON_BIT;
        baseTimestamp = millis;
        return this;
    }

    /**
     * Keeps the last offset of a batch that compaction takes records from, so that the log stays
     * without a gap between batches; with it, a batch may have no records at all.
     */
    public RecordBatchBuilder retainLastOffset(long offset) {
        retainedOffsetDelta = delta(offset);
        return this;
    }

    /** Keeps the largest timestamp of a batch that compaction takes all records from. */
    public RecordBatchBuilder maxTimestamp(long millis) {
        beforeRecords();
        maxTimestamp = millis;
        return this;
    }

    /** Adds a record without headers at the next offset. */
    public RecordBatchBuilder append(
            long timestamp, @Nullable ByteBuffer key, @Nullable ByteBuffer value) {
        return append(timestamp, key, value, List.of());
    }

    /** Adds a record at the next offset. */
    public RecordBatchBuilder append(
            long timestamp,
            @Nullable ByteBuffer key,
            @Nullable ByteBuffer value,
            List<RecordHeader> headers) {
        return append(new Record(nextOffset(), timestamp, key, value, headers));
    }

    /** Adds a transaction's marker at the next offset. */
    public RecordBatchBuilder append(long timestamp, TransactionMarker marker) {
        return append(timestamp, marker.key(), marker.value());
    }

    /**
     * Adds a record at its own offset, which may leave a gap. The buffers are read before the
     * method returns, and keep their positions.
     */
    public RecordBatchBuilder append(Record record) {
        if (built) {
            throw new IllegalStateException("this batch is built; use another builder");
        }
        int offsetDelta = delta(record.offset());
        if (offsetDelta <= lastOffsetDelta) {
            throw new IllegalArgumentException(
                    "building a record batch: offset "
                            + record.offset()
                            + " comes after "
                            + (baseOffset + lastOffsetDelta));
        }
        if (count == 0) {
            begin(record.timestamp());
        }
        write(record, record.timestamp() - baseTimestamp, offsetDelta);
        lastOffsetDelta = offsetDelta;
        maxTimestamp = Math.max(maxTimestamp, record.timestamp());
        count++;
        return this;
    }

    /** The offset of the next record added without one. */
    public long nextOffset() {
        return baseOffset + lastOffsetDelta + 1;
    }

    /** How many records there are so far. */
    public int recordCount() {
        return count;
    }

    /** Bytes of the batch so far, if it were not compressed. */
    public long uncompressedBytes() {
        return uncompressedBytes;
    }

    /** Bytes that this record would add to {@link #uncompressedBytes()}, or a few more. */
    public static long bytesOf(
            @Nullable ByteBuffer key, @Nullable ByteBuffer value, List<RecordHeader> headers) {
        int body =
                RecordEncoder.bodySize(
                        Long.MAX_VALUE, Integer.MAX_VALUE, new Record(0, 0, key, value, headers));
        return (long) Varint.sizeOfInt(body) + body;
    }

    /**
     * Finishes the batch. Its view lies in the buffer given to {@link #into}, or in one that nobody
     * else has.
     *
     * @throws IllegalStateException if there are no records and no retained last offset
     */
    public RecordBatch build() {
        if (built || (count == 0 && retainedOffsetDelta < 0)) {
            throw new IllegalStateException(
                    built ? "this batch is built" : "building a record batch: it has no records");
        }
        built = true;
        finishRecords();
        int end = sink.buffer().position();
        ByteBuffer bytes = sink.buffer().slice(start, end - start);
        writeHeader(bytes);
        RecordBatch batch = RecordBatch.of(bytes);
        bytes.putInt(RecordBatch.CRC, batch.computeCrc(new CRC32C()));
        return batch;
    }

    /** Gives up a batch that is not built, and does nothing to one that is. */
    @Override
    public void close() {
        OutputStream stream = compressing;
        if (built || stream == null) {
            return;
        }
        built = true;
        sink.discard();
        try {
            stream.close();
        } catch (IOException fault) {
            throw new UncheckedIOException("giving up a record batch: its codec failed", fault);
        }
    }

    private void beforeRecords() {
        if (count > 0) {
            throw new IllegalStateException(
                    "building a record batch: settings come before the first record");
        }
    }

    private int delta(long offset) {
        long delta = offset - baseOffset;
        if (delta < 0 || delta > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "building a record batch: offset "
                            + offset
                            + " is not within 2^31 of base offset "
                            + baseOffset);
        }
        return (int) delta;
    }

    private void begin(long timestamp) {
        if ((flags & RecordBatch.DELETE_HORIZON_BIT) == 0) {
            baseTimestamp = timestamp;
        }
        skipHeader();
        if (codec != null) {
            try {
                compressing = codec.compressing(sink, level);
            } catch (IOException fault) {
                throw new UncheckedIOException(
                        "building a record batch: " + codec.name() + " does not start", fault);
            }
        }
    }

    private void skipHeader() {
        ByteBuffer buffer = sink.reserve(RecordBatch.HEADER_BYTES);
        buffer.position(buffer.position() + RecordBatch.HEADER_BYTES);
    }

    private void write(Record record, long timestampDelta, int offsetDelta) {
        int body = RecordEncoder.bodySize(timestampDelta, offsetDelta, record);
        int size = Math.addExact(Varint.sizeOfInt(body), body);
        OutputStream stream = compressing;
        if (stream == null) {
            RecordEncoder.encode(sink.reserve(size), body, timestampDelta, offsetDelta, record);
        } else {
            ByteBuffer plain = scratch(size);
            RecordEncoder.encode(plain, body, timestampDelta, offsetDelta, record);
            writeCompressed(stream, plain);
        }
        uncompressedBytes += size;
    }

    private ByteBuffer scratch(int size) {
        if (scratch.capacity() < size) {
            int least = Math.max(size, SCRATCH_BYTES);
            long doubled = 2L * scratch.capacity();
            scratch = ByteBuffer.allocate(Math.clamp(doubled, least, Integer.MAX_VALUE - 8));
        }
        return scratch.clear();
    }

    private static void writeCompressed(OutputStream stream, ByteBuffer plain) {
        try {
            stream.write(plain.array(), plain.arrayOffset(), plain.position());
        } catch (IOException fault) {
            throw new UncheckedIOException("building a record batch: compression failed", fault);
        }
    }

    private void finishRecords() {
        if (count == 0) {
            skipHeader();
        }
        if (compressing != null) {
            try {
                compressing.close();
            } catch (IOException fault) {
                throw new UncheckedIOException(
                        "building a record batch: compression failed", fault);
            }
        }
    }

    private void writeHeader(ByteBuffer bytes) {
        int codecId = codec == null ? 0 : codec.id();
        boolean appended = (flags & RecordBatch.LOG_APPEND_TIME_BIT) != 0;
        bytes.putLong(RecordBatch.BASE_OFFSET, baseOffset);
        bytes.putInt(RecordBatch.BATCH_LENGTH, bytes.limit() - RecordBatch.LENGTH_PREFIX_BYTES);
        bytes.putInt(RecordBatch.LEADER_EPOCH, leaderEpoch);
        bytes.put(RecordBatch.MAGIC_AT, RecordBatch.MAGIC);
        bytes.putShort(RecordBatch.ATTRIBUTES, (short) (flags | codecId));
        bytes.putInt(RecordBatch.LAST_OFFSET_DELTA, Math.max(lastOffsetDelta, retainedOffsetDelta));
        bytes.putLong(RecordBatch.BASE_TIMESTAMP, baseTimestamp);
        bytes.putLong(RecordBatch.MAX_TIMESTAMP, appended ? appendTime : maxTimestamp);
        bytes.putLong(RecordBatch.PRODUCER_ID, producerId);
        bytes.putShort(RecordBatch.PRODUCER_EPOCH, producerEpoch);
        bytes.putInt(RecordBatch.BASE_SEQUENCE, baseSequence);
        bytes.putInt(RecordBatch.RECORD_COUNT, count);
    }
}
