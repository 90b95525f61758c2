package mortise.broker.compaction;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import mortise.record.RecordBatch;
import mortise.record.TransactionMarker;
import mortise.spi.storage.AbortedTransaction;
import org.jspecify.annotations.Nullable;

/**
 * Which batches of a log belong to transactions that were aborted, and which markers nobody needs
 * any more, found by going over the log in the order of offsets. A marker is needed as long as a
 * batch of its transaction is there. Confined to one thread.
 */
final class TransactionFates {
    private final Queue<AbortedTransaction> toCome;

    /** Aborted transactions that have begun, by producer. */
    private final Map<Long, Aborted> aborted = new HashMap<>();

    /** Producers with a batch of a transaction that was not aborted and has not ended. */
    private final Set<Long> committed = new HashSet<>();

    private static final class Aborted {
        private boolean hasBatches;
    }

    /**
     * @param transactions the aborted transactions of the part that is gone over, in any order
     */
    TransactionFates(List<AbortedTransaction> transactions) {
        toCome =
                new ArrayDeque<>(
                        transactions.stream()
                                .sorted(Comparator.comparingLong(AbortedTransaction::firstOffset))
                                .toList());
    }

    /** Whether a data batch, the next one, is of an aborted transaction. */
    boolean isAborted(RecordBatch batch) {
        begin(batch.lastOffset());
        if (!batch.isTransactional()) {
            return false;
        }
        Aborted of = aborted.get(batch.producerId());
        if (of == null) {
            committed.add(batch.producerId());
            return false;
        }
        of.hasBatches = true;
        return true;
    }

    /** A batch, the next one, stays whatever becomes of its transaction. */
    void stays(RecordBatch batch) {
        if (!batch.isControl()) {
            isAborted(batch); // whose marker stays with it
        }
    }

    /**
     * Whether no batch of the transaction is left that a marker, the next batch, ends.
     *
     * @param marker what it holds, or null if it is a control batch of another kind
     */
    boolean isForNothing(RecordBatch batch, @Nullable TransactionMarker marker) {
        begin(batch.lastOffset());
        if (marker == null) {
            return false;
        }
        if (marker.committed()) {
            return !committed.remove(batch.producerId());
        }
        Aborted of = aborted.remove(batch.producerId());
        return of == null || !of.hasBatches;
    }

    private void begin(long upTo) {
        while (!toCome.isEmpty() && toCome.element().firstOffset() <= upTo) {
            AbortedTransaction begun = toCome.remove();
            aborted.put(begun.producerId(), new Aborted());
        }
    }
}
