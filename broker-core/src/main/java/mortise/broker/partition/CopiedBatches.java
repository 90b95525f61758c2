package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;

/** Batches of a log as they were read from it, to be appended to another as they are. Immutable. */
final class CopiedBatches implements BatchSet {
    private final List<RecordBatch> batches;
    private final Map<Long, AbortedTransaction> aborted;
    private final int bytes;
    private final long largestTimestamp;

    private CopiedBatches(List<RecordBatch> batches, Map<Long, AbortedTransaction> aborted) {
        this.batches = batches;
        this.aborted = aborted;
        this.bytes = batches.stream().mapToInt(RecordBatch::sizeInBytes).sum();
        this.largestTimestamp =
                batches.stream().mapToLong(RecordBatch::maxTimestamp).max().orElse(-1);
    }

    /**
     * The whole batches of a chunk.
     *
     * @param chunk what a read at {@code offset} gave
     * @param log where it is from, which knows the transactions that its markers abort
     */
    static CopiedBatches of(ByteBuffer chunk, long offset, PartitionLog log) {
        List<RecordBatch> whole = new ArrayList<>();
        boolean markers = false;
        for (RecordBatch batch : RecordBatches.of(chunk)) {
            if (batch.lastOffset() >= offset) {
                whole.add(batch);
                markers |= batch.isControl();
            }
        }
        Map<Long, AbortedTransaction> aborted = new TreeMap<>();
        if (markers) {
            log.abortedTransactions(offset, whole.getLast().nextOffset())
                    .forEach(transaction -> aborted.put(transaction.lastOffset(), transaction));
        }
        return new CopiedBatches(whole, aborted);
    }

    /** The offset after the last one. */
    long endOffset() {
        return batches.getLast().nextOffset();
    }

    /** The largest timestamp that a header states. */
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
        return aborted.get(batches.get(index).lastOffset());
    }

    @Override
    public int sizeInBytes() {
        return bytes;
    }
}
