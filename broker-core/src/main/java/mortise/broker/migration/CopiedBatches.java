package mortise.broker.migration;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mortise.record.RecordBatch;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import org.jspecify.annotations.Nullable;

/** Batches on their way from one log into another, as they are. */
final class CopiedBatches implements BatchSet {
    private final List<RecordBatch> batches = new ArrayList<>();
    private final List<@Nullable AbortedTransaction> aborted = new ArrayList<>();
    private int bytes;
    private long largestTimestamp = RecordBatch.NO_TIMESTAMP;

    /** Adds a batch, and the transaction that it aborts. */
    void add(RecordBatch batch, @Nullable AbortedTransaction aborts) {
        batches.add(batch);
        aborted.add(aborts);
        bytes += batch.sizeInBytes();
        largestTimestamp = Math.max(largestTimestamp, batch.maxTimestamp());
    }

    /** Lets go of all. */
    void clear() {
        batches.clear();
        aborted.clear();
        bytes = 0;
        largestTimestamp = RecordBatch.NO_TIMESTAMP;
    }

    /** The largest of all timestamps. */
    long largestTimestamp() {
        return largestTimestamp;
    }

    @Override
    public int count() {
        return batches.size();
    }

    @Override
    public ByteBuffer buffer(int index) {
        return batches.get(index).buffer();
    }

    @Override
    public long baseOffset(int index) {
        return batches.get(index).baseOffset();
    }

    @Override
    public long lastOffset(int index) {
        return batches.get(index).lastOffset();
    }

    @Override
    public long maxTimestamp(int index) {
        return batches.get(index).maxTimestamp();
    }

    @Override
    public int leaderEpoch(int index) {
        return batches.get(index).leaderEpoch();
    }

    @Override
    public @Nullable AbortedTransaction aborted(int index) {
        return aborted.get(index);
    }

    @Override
    public int sizeInBytes() {
        return bytes;
    }
}
