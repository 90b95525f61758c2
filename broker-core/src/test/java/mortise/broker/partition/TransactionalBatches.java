package mortise.broker.partition;

import java.nio.ByteBuffer;
import mortise.broker.log.CopiedBatches;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.record.TransactionMarker;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;

/** Writes transactions into a log, one batch of one record at a time. */
public final class TransactionalBatches {
    private final PartitionLog log;

    /** At the end of a log. */
    public TransactionalBatches(PartitionLog log) {
        this.log = log;
    }

    private RecordBatchBuilder batch(long producer, int sequence) {
        return RecordBatchBuilder.growing(128)
                .baseOffset(log.end().offset())
                .leaderEpoch(0)
                .producer(producer, (short) 1, sequence);
    }

    private long append(RecordBatch batch, @Nullable AbortedTransaction aborts) {
        CopiedBatches one = new CopiedBatches();
        one.add(batch, aborts);
        log.append(one);
        return batch.baseOffset();
    }

    /** A record of a transaction. */
    public long data(long producer, int sequence) {
        return append(
                batch(producer, sequence).transactional().append(1, null, value()).build(), null);
    }

    /** A record of none. */
    public long plain(long producer, int sequence) {
        return append(batch(producer, sequence).append(1, null, value()).build(), null);
    }

    private static ByteBuffer value() {
        return ByteBuffer.allocate(10);
    }

    /** A marker that commits. */
    public long commit(long producer) {
        return append(marker(producer, true), null);
    }

    /** A marker that aborts; the store is told what, or not, as if a crash had taken that. */
    public long abort(long producer, @Nullable AbortedTransaction told) {
        return append(marker(producer, false), told);
    }

    private RecordBatch marker(long producer, boolean committed) {
        return batch(producer, RecordBatch.NO_SEQUENCE)
                .transactional()
                .control()
                .append(2, new TransactionMarker(committed, 6))
                .build();
    }
}
