package mortise.broker.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;

/**
 * Batches on their way from one log into another, as they are, with the transactions that their
 * markers abort. Confined to one thread; what it is given is lent for as long as it holds it.
 */
public final class CopiedBatches implements BatchSet {
    private final List<RecordBatch> batches = new ArrayList<>();
    private final List<@Nullable AbortedTransaction> aborted = new ArrayList<>();
    private int bytes;
    private long largestTimestamp = RecordBatch.NO_TIMESTAMP;

    /**
     * The whole batches of a chunk that was read from a log.
     *
     * @param chunk what a read at {@code offset} gave
     * @param log where it is from, which knows the transactions that its markers abort
     */
    public static CopiedBatches of(ByteBuffer chunk, long offset, PartitionLog log) {
        List<RecordBatch> whole = new ArrayList<>();
        boolean markers = false;
        for (RecordBatch batch : RecordBatches.of(chunk)) {
            if (batch.lastOffset() >= offset) {
                whole.add(batch);
                markers |= batch.isControl();
            }
        }
        Map<Long, AbortedTransaction> aborted = new HashMap<>();
        if (markers) {
            log.abortedTransactions(offset, whole.getLast().nextOffset())
                    .forEach(transaction -> aborted.put(transaction.lastOffset(), transaction));
        }
        CopiedBatches copied = new CopiedBatches();
        whole.forEach(batch -> copied.add(batch, aborted.get(batch.lastOffset())));
        return copied;
    }

    /** Adds a batch, and the transaction that it aborts. */
    public void add(RecordBatch batch, @Nullable AbortedTransaction aborts) {
        batches.add(batch);
        aborted.add(aborts);
        bytes += batch.sizeInBytes();
        largestTimestamp = Math.max(largestTimestamp, batch.maxTimestamp());
    }

    /** Lets go of all. */
    public void clear() {
        batches.clear();
        aborted.clear();
        bytes = 0;
        largestTimestamp = RecordBatch.NO_TIMESTAMP;
    }

    /** The largest timestamp that a header states, in milliseconds; -1 if there is none. */
    public long largestTimestamp() {
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
