package mortise.tck.storage;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * A record batch in Kafka's format (magic 2, uncompressed) whose records' values are noise.
 *
 * @param baseOffset the first offset
 * @param lastOffset the last offset; there may be fewer records than offsets, as after compaction
 * @param maxTimestamp the largest timestamp, in milliseconds
 * @param leaderEpoch the leader epoch that stamped it
 * @param content the whole batch, read-only
 */
public record SampleBatch(
        long baseOffset, long lastOffset, long maxTimestamp, int leaderEpoch, ByteBuffer content) {
    /** The least that a batch takes. */
    public static final int HEADER_BYTES = 61;

    private static final int LENGTH_AT = 8;
    private static final int CRC_AT = 17;
    private static final int CRC_FROM = 21;
    private static final byte MAGIC = 2;
    private static final long NO_PRODUCER = -1;
    private static final int MAX_RECORD_OVERHEAD = 32;

    public SampleBatch {
        if (baseOffset < 0 || lastOffset < baseOffset) {
            throw new IllegalArgumentException(
                    "a batch cannot hold offsets " + baseOffset + " to " + lastOffset);
        }
        content = content.asReadOnlyBuffer();
    }

    /** A batch of one record. */
    public static SampleBatch of(long offset, long timestamp, int valueBytes, long seed) {
        return of(offset, offset, timestamp, 0, valueBytes, seed);
    }

    /**
     * A batch with a record at each end of its offsets.
     *
     * @param valueBytes about how many bytes of noise
     * @param seed makes the noise
     */
    public static SampleBatch of(
            long baseOffset,
            long lastOffset,
            long maxTimestamp,
            int leaderEpoch,
            int valueBytes,
            long seed) {
        int delta = Math.toIntExact(lastOffset - baseOffset);
        int records = delta == 0 ? 1 : 2;
        ByteBuffer batch =
                ByteBuffer.allocate(HEADER_BYTES + valueBytes + records * MAX_RECORD_OVERHEAD);
        batch.position(HEADER_BYTES);
        SplittableRandom noise = new SplittableRandom(seed ^ (baseOffset * 31 + valueBytes));
        putRecord(batch, 0, noise, valueBytes / records);
        if (records == 2) {
            putRecord(batch, delta, noise, valueBytes - valueBytes / 2);
        }
        int size = batch.position();
        batch.flip();
        batch.putLong(0, baseOffset);
        batch.putInt(LENGTH_AT, size - LENGTH_AT - Integer.BYTES);
        batch.putInt(12, leaderEpoch);
        batch.put(16, MAGIC);
        batch.putShort(21, (short) 0);
        batch.putInt(23, delta);
        batch.putLong(27, maxTimestamp);
        batch.putLong(35, maxTimestamp);
        batch.putLong(43, NO_PRODUCER);
        batch.putShort(51, (short) NO_PRODUCER);
        batch.putInt(53, (int) NO_PRODUCER);
        batch.putInt(57, records);
        CRC32C crc = new CRC32C();
        crc.update(batch.slice(CRC_FROM, size - CRC_FROM));
        batch.putInt(CRC_AT, (int) crc.getValue());
        return new SampleBatch(baseOffset, lastOffset, maxTimestamp, leaderEpoch, batch);
    }

    private static void putRecord(
            ByteBuffer target, int offsetDelta, SplittableRandom noise, int valueBytes) {
        byte[] value = new byte[valueBytes];
        noise.nextBytes(value);
        ByteBuffer record = ByteBuffer.allocate(valueBytes + MAX_RECORD_OVERHEAD);
        record.put((byte) 0);
        putVarint(record, 0);
        putVarint(record, offsetDelta);
        putVarint(record, -1);
        putVarint(record, valueBytes);
        record.put(value);
        putVarint(record, 0);
        record.flip();
        putVarint(target, record.remaining());
        target.put(record);
    }

    private static void putVarint(ByteBuffer target, int value) {
        int rest = (value << 1) ^ (value >> 31);
        while ((rest & ~0x7F) != 0) {
            target.put((byte) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    @Override
    public ByteBuffer content() {
        return content.duplicate();
    }

    /** How many bytes the batch takes. */
    public int sizeInBytes() {
        return content.remaining();
    }

    @Override
    public String toString() {
        return baseOffset + ".." + lastOffset + "(" + sizeInBytes() + "b,t" + maxTimestamp + ")";
    }
}
