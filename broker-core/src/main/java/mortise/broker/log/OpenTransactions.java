package mortise.broker.migration;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.record.RecordIteration;
import mortise.record.TransactionMarker;
import mortise.spi.storage.AbortedTransaction;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a log that have begun and not ended, as its batches tell one after the other.
 * Holds as many as are open at once.
 */
final class OpenTransactions {
    private static final long MOST_MARKER_BYTES = 1 << 20;

    /** First offsets by producer; those that began first come first. */
    private final Map<Long, Long> begun = new LinkedHashMap<>();

    private final Codecs codecs;

    /** None yet. */
    OpenTransactions(Codecs codecs) {
        this.codecs = codecs;
    }

    /**
     * Takes the next batch.
     *
     * @return the transaction that it aborts; null if it is no marker that does
     * @throws mortise.record.CorruptRecordException if a marker cannot be read
     */
    @Nullable AbortedTransaction take(RecordBatch batch) {
        if (!batch.isTransactional()) {
            return null;
        }
        if (!batch.isControl()) {
            begun.putIfAbsent(batch.producerId(), batch.baseOffset());
            return null;
        }
        TransactionMarker marker = marker(batch);
        if (marker == null) {
            return null;
        }
        Long first = begun.remove(batch.producerId());
        if (marker.committed() || first == null) {
            return null;
        }
        Iterator<Long> others = begun.values().iterator();
        return new AbortedTransaction(
                batch.producerId(),
                first,
                batch.lastOffset(),
                others.hasNext() ? others.next() : batch.nextOffset());
    }

    private @Nullable TransactionMarker marker(RecordBatch batch) {
        try (RecordIteration records = batch.records(codecs, MOST_MARKER_BYTES)) {
            return records.hasNext() ? TransactionMarker.find(records.next()) : null;
        }
    }

    /** How many are open. */
    int count() {
        return begun.size();
    }

    /** The offset at which the first of them begins; -1 if there is none. */
    long first() {
        return begun.isEmpty() ? -1 : begun.values().iterator().next();
    }
}
