package mortise.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A view of one record batch of format 2 in a buffer that holds exactly that batch.
 *
 * <p>The view owns nothing and copies nothing: its buffer, heap or direct, belongs to whoever made
 * it and must outlive the view. Header accessors, checksum and stamping allocate nothing. Every
 * field is reported as it stands in the bytes; {@link BatchCheck} says whether they can be
 * believed.
 *
 * <p>Confined to one thread at a time: computing the checksum moves the buffer's position and puts
 * it back.
 */
public final class RecordBatch {
    /** Bytes of a batch's header, and of the smallest batch. */
    public static final int HEADER_BYTES = 61;

    /** Bytes up to and including batchLength, which that field does not count. */
    public static final int LENGTH_PREFIX_BYTES = 12;

    /** The only format this module reads or writes. */
    public static final byte MAGIC = 2;

    /** What producerId says in a batch of a producer that is not idempotent. */
    public static final long NO_PRODUCER_ID = -1;

    /** What producerEpoch says in a batch of a producer that is not idempotent. */
    public static final short NO_PRODUCER_EPOCH = -1;

    /** What baseSequence says in a batch without a sequence. */
    public static final int NO_SEQUENCE = -1;

    /** What partitionLeaderEpoch says before a leader has stamped the batch. */
    public static final int NO_LEADER_EPOCH = -1;

    /** What a timestamp field says when there is no timestamp. */
    public static final long NO_TIMESTAMP = -1;

    static final int BASE_OFFSET = 0;
    static final int BATCH_LENGTH = 8;
    static final int LEADER_EPOCH = 12;
    static final int MAGIC_AT = 16;
    static final int CRC = 17;
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int PRODUCER_ID = 43;
    static final int PRODUCER_EPOCH = 51;
    static final int BASE_SEQUENCE = 53;
    static final int RECORD_COUNT = 57;

    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;

    private final ByteBuffer buffer;

    private RecordBatch(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /**
     * The batch in the remaining bytes of a buffer. A buffer at position 0 in big-endian order is
     * used itself, any other through a slice; its position and limit must then stay as they are.
     *
     * @throws IllegalArgumentException if there are fewer bytes than a header has
     */
    public static RecordBatch of(ByteBuffer wholeBatch) {
        if (wholeBatch.remaining() < HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "viewing a record batch: the buffer has "
                            + wholeBatch.remaining()
                            + " bytes, a batch header alone has "
                            + HEADER_BYTES);
        }
        boolean asIs = wholeBatch.position() == 0 && wholeBatch.order() == ByteOrder.BIG_ENDIAN;
        return new RecordBatch(asIs ? wholeBatch : wholeBatch.slice());
    }

    /**
     * The size in bytes that a batch at {@code position} claims for itself, at least {@link
     * #HEADER_BYTES} if the claim can be true. Needs the first {@link #LENGTH_PREFIX_BYTES} only.
     */
    public static long sizeAt(ByteBuffer batches, int position) {
        return LENGTH_PREFIX_BYTES + (long) batches.getInt(position + BATCH_LENGTH);
    }

    /** The view's buffer, from 0 to its limit. Not a copy. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Offset of the first record; 0 until a leader has stamped the batch. */
    public long baseOffset() {
        return buffer.getLong(BASE_OFFSET);
    }

    /** Bytes of the whole batch by its own account: 12 + batchLength. */
    public int sizeInBytes() {
        return LENGTH_PREFIX_BYTES + batchLength();
    }

    /** Bytes after the length field. */
    public int batchLength() {
        return buffer.getInt(BATCH_LENGTH);
    }

    /** Epoch of the leader that stamped the batch, or {@link #NO_LEADER_EPOCH}. */
    public int leaderEpoch() {
        return buffer.getInt(LEADER_EPOCH);
    }

    /** The format, {@link #MAGIC} if the other accessors are to make sense. */
    public byte magic() {
        return buffer.get(MAGIC_AT);
    }

    /** The stored CRC-32C, as its 32 bits. */
    public int crc() {
        return buffer.getInt(CRC);
    }

    /** All attribute bits. */
    public short attributes() {
        return buffer.getShort(ATTRIBUTES);
    }

    /** Last offset minus base offset. */
    public int lastOffsetDelta() {
        return buffer.getInt(LAST_OFFSET_DELTA);
    }

    /** The timestamp that the records' deltas count from, in milliseconds since the epoch. */
    public long baseTimestamp() {
        return buffer.getLong(BASE_TIMESTAMP);
    }

    /**
     * The largest timestamp as the writer of the batch states it. Some producers leave it unset:
     * {@link #largestTimestamp()} is what indexes and retention should use.
     */
    public long maxTimestamp() {
        return buffer.getLong(MAX_TIMESTAMP);
    }

    /**
     * The largest timestamp that the header gives evidence for. Clients that leave maxTimestamp at
     * -1 exist (Sarama before 1.45), and then the base timestamp is the better bound.
     */
    public long largestTimestamp() {
        return usesLogAppendTime() || hasDeleteHorizon()
                ? maxTimestamp()
                : Math.max(baseTimestamp(), maxTimestamp());
    }

    /** Id of the idempotent producer, or {@link #NO_PRODUCER_ID}. */
    public long producerId() {
        return buffer.getLong(PRODUCER_ID);
    }

    /** Epoch of the idempotent producer, or {@link #NO_PRODUCER_EPOCH}. */
    public short producerEpoch() {
        return buffer.getShort(PRODUCER_EPOCH);
    }

    /** Sequence number of the first record, or {@link #NO_SEQUENCE}. */
    public int baseSequence() {
        return buffer.getInt(BASE_SEQUENCE);
    }

    /** Number of records that are in the batch; compaction may have left fewer than offsets. */
    public int recordCount() {
        return buffer.getInt(RECORD_COUNT);
    }

    /** Offset of the last record. */
    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** Offset that follows the batch. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    /**
     * Sequence number of the last record, or {@link #NO_SEQUENCE}. After 2^31 - 1 sequence numbers
     * start over at 0.
     */
    public int lastSequence() {
        int base = baseSequence();
        return base == NO_SEQUENCE ? NO_SEQUENCE : (base + lastOffsetDelta()) & Integer.MAX_VALUE;
    }

    /** Whether an idempotent or transactional producer wrote the batch. */
    public boolean hasProducerId() {
        return producerId() > NO_PRODUCER_ID;
    }

    /** Whether the batch belongs to a transaction. */
    public boolean isTransactional() {
        return has(TRANSACTIONAL_BIT);
    }

    /** Whether the batch holds control records, such as a transaction's marker, not data. */
    public boolean isControl() {
        return has(CONTROL_BIT);
    }

    /** The codec's number, 0 to 7; {@link CompressionType} names those that exist. */
    public byte codecId() {
        return (byte) (attributes() & CODEC_MASK);
    }

    /** Whether every record's timestamp is the time of the append, which is maxTimestamp. */
    public boolean usesLogAppendTime() {
        return has(LOG_APPEND_TIME_BIT);
    }

    /**
     * Whether baseTimestamp is the time after which compaction may drop this batch's tombstones.
     */
    public boolean hasDeleteHorizon() {
        return has(DELETE_HORIZON_BIT);
    }

    private boolean has(int bit) {
        return (attributes() & bit) != 0;
    }

    /** The CRC-32C of the bytes from 21 to the buffer's limit, as 32 bits. */
    public int computeCrc() {
        return computeCrc(new CRC32C());
    }

    /** {@link #computeCrc()} with a checksum of the caller's, which is reset first. */
    public int computeCrc(CRC32C checksum) {
        checksum.reset();
        buffer.position(ATTRIBUTES);
        try {
            checksum.update(buffer);
        } finally {
            buffer.position(0);
        }
        return (int) checksum.getValue();
    }

    /** Whether the stored checksum is that of the bytes. */
    public boolean isCrcValid() {
        return crc() == computeCrc();
    }

    /** {@link #isCrcValid()} with a checksum of the caller's. */
    public boolean isCrcValid(CRC32C checksum) {
        return crc() == computeCrc(checksum);
    }

    /** Gives the batch its place in the log, in place. Both fields lie outside the checksum. */
    public void stampOffset(long baseOffset, int leaderEpoch) {
        buffer.putLong(BASE_OFFSET, baseOffset);
        buffer.putInt(LEADER_EPOCH, leaderEpoch);
    }

    /** Makes {@code millis} the timestamp of every record, in place, and renews the checksum. */
    public void stampLogAppendTime(long millis) {
        stampLogAppendTime(millis, new CRC32C());
    }

    /** {@link #stampLogAppendTime(long)} with a checksum of the caller's. */
    public void stampLogAppendTime(long millis, CRC32C checksum) {
        buffer.putShort(ATTRIBUTES, (short) (attributes() | LOG_APPEND_TIME_BIT));
        stampMaxTimestamp(millis, checksum);
    }

    /**
     * Replaces a maxTimestamp that the producer did not set, in place, and renews the checksum. The
     * right value is the largest timestamp of its records.
     */
    public void stampMaxTimestamp(long millis, CRC32C checksum) {
        buffer.putLong(MAX_TIMESTAMP, millis);
        buffer.putInt(CRC, computeCrc(checksum));
    }

    /**
     * Iterates the records, opening a compressed batch as it goes. Records of an uncompressed batch
     * are slices of this view's buffer; those of a compressed one are copies of their own. The
     * iteration must be closed.
     *
     * @param codecs the codecs at hand
     * @param maxDecompressedBytes how many bytes a compressed batch may open to before it counts as
     *     corrupt
     * @throws UnsupportedCodecException if no codec at hand opens the batch
     * @throws CorruptRecordException if the compressed data does not even start well; later faults
     *     are thrown by the iteration
     */
    public RecordIteration records(Codecs codecs, long maxDecompressedBytes) {
        int count = recordCount();
        if (count < 0) {
            throw new CorruptRecordException(
                    "reading the batch at offset "
                            + baseOffset()
                            + ": it says "
                            + count
                            + " records",
                    RECORD_COUNT);
        }
        if (count == 0 || codecId() == CompressionType.NONE.id()) {
            return new PlainRecords(this);
        }
        return CompressedRecords.open(this, codecs.require(codecId()), maxDecompressedBytes);
    }

    /** What the batch says of itself, on one line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("batch of ");
        text.append(recordCount()).append(" records at ").append(baseOffset());
        text.append("..").append(lastOffset()).append(", ").append(sizeInBytes());
        text.append(" bytes, ").append(CompressionType.describe(codecId()));
        if (hasProducerId()) {
            text.append(", producer ").append(producerId()).append('/').append(producerEpoch());
            text.append(" sequence ").append(baseSequence());
        }
        if (isTransactional()) {
            text.append(", transactional");
        }
        if (isControl()) {
            text.append(", control");
        }
        return text.toString();
    }
}
