package mortise.storage.memory;

import java.nio.ByteBuffer;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.TimestampPosition;

/** A whole batch on the heap, which never changes. */
final class StoredBatch {
    /** About what a batch takes besides its bytes: two objects and a reference. */
    private static final int OVERHEAD_BYTES = 80;

    /** Where Kafka's batch format has the largest timestamp. */
    private static final int MAX_TIMESTAMP_AT = 35;

    private final long baseOffset;
    private final long lastOffset;
    private final long maxTimestamp;
    private final int leaderEpoch;
    private final byte[] bytes;

    private StoredBatch(
            long baseOffset, long lastOffset, long maxTimestamp, int leaderEpoch, byte[] bytes) {
        this.baseOffset = baseOffset;
        this.lastOffset = lastOffset;
        this.maxTimestamp = maxTimestamp;
        this.leaderEpoch = leaderEpoch;
        this.bytes = bytes;
    }

    /** Copies lent batches. */
    static StoredBatch[] copiesOf(BatchSet batches) {
        StoredBatch[] copies = new StoredBatch[batches.count()];
        for (int i = 0; i < copies.length; i++) {
            ByteBuffer lent = batches.buffer(i);
            byte[] bytes = new byte[lent.remaining()];
            lent.get(bytes);
            copies[i] =
                    new StoredBatch(
                            batches.baseOffset(i),
                            batches.lastOffset(i),
                            batches.maxTimestamp(i),
                            batches.leaderEpoch(i),
                            bytes);
        }
        return copies;
    }

    /** The same with what compaction left of it. */
    StoredBatch rewritten(ByteBuffer left) {
        byte[] copy = new byte[left.remaining()];
        long largest = left.getLong(left.position() + MAX_TIMESTAMP_AT);
        left.get(copy);
        return new StoredBatch(baseOffset, lastOffset, largest, leaderEpoch, copy);
    }

    /** What so many batches with so many bytes take of the heap. */
    static long charge(int batches, long bytes) {
        return bytes + (long) batches * OVERHEAD_BYTES;
    }

    long baseOffset() {
        return baseOffset;
    }

    long lastOffset() {
        return lastOffset;
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    int sizeInBytes() {
        return bytes.length;
    }

    /** All of its bytes, not to be written to. */
    ByteBuffer content() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** Copies bytes of the batch to the position of {@code target}. */
    void copyTo(int from, int length, ByteBuffer target) {
        target.put(bytes, from, length);
    }

    TimestampPosition timestampPosition() {
        return new TimestampPosition(baseOffset, lastOffset, maxTimestamp, leaderEpoch);
    }
}
