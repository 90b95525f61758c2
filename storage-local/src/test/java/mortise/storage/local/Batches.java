package mortise.storage.local;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import org.jspecify.annotations.Nullable;

/** Record batches made for tests, to be appended together. */
final class Batches implements BatchSet {
    private final List<RecordBatch> batches = new ArrayList<>();
    private @Nullable AbortedTransaction aborted;

    /** One batch of so many records, whose values have so many bytes altogether. */
    static Batches of(long baseOffset, int records, int valueBytes, long timestamp) {
        return new Batches().and(baseOffset, records, valueBytes, timestamp);
    }

    /** These and one more batch. */
    Batches and(long baseOffset, int records, int valueBytes, long timestamp) {
        RecordBatchBuilder builder =
                RecordBatchBuilder.growing(128 + valueBytes + 16 * records)
                        .baseOffset(baseOffset)
                        .leaderEpoch(3);
        Random random = new Random(baseOffset * 31 + records);
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[Math.max(1, valueBytes / records)];
            random.nextBytes(value);
            builder.append(
                    timestamp, ByteBuffer.wrap(new byte[] {(byte) i}), ByteBuffer.wrap(value));
        }
        batches.add(builder.build());
        return this;
    }

    /** These, of which the last is the marker that aborts a transaction. */
    Batches aborting(AbortedTransaction transaction) {
        aborted = transaction;
        return this;
    }

    /** The bytes of all batches. */
    byte[] bytes() {
        ByteBuffer all = ByteBuffer.allocate(sizeInBytes());
        batches.forEach(batch -> all.put(batch.buffer().duplicate()));
        return all.array();
    }

    @Override
    public int count() {
        return batches.size();
    }

    @Override
    public ByteBuffer buffer(int index) {
        return batches.get(index).buffer().duplicate();
    }

    @Override
    public long baseOffset(int index) {
        return batches.get(index).baseOffset();
    }

    @Override
    public long lastOffset(int index) {
        return batches.get(index).baseOffset() + batches.get(index).lastOffsetDelta();
    }

    @Override
    public long maxTimestamp(int index) {
        return batches.get(index).maxTimestamp();
    }

    @Override
    public int leaderEpoch(int index) {
        return 3;
    }

    @Override
    public @Nullable AbortedTransaction aborted(int index) {
        return index == batches.size() - 1 ? aborted : null;
    }

    @Override
    public int sizeInBytes() {
        return batches.stream().mapToInt(RecordBatch::sizeInBytes).sum();
    }
}
