package mortise.broker.log;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import mortise.record.Codecs;
import mortise.record.CorruptRecordException;
import mortise.record.RecordBatch;
import mortise.record.RecordIteration;
import mortise.record.TransactionMarker;
import mortise.spi.storage.AbortedTransaction;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a log that have begun and not ended, as its batches tell one after the other.
 * Holds as many as are open at once. Confined to one thread at a time.
 */
public final class OpenTransactions {
    private static final long MOST_MARKER_BYTES = 1 << 20;

    /** Markers are not compressed; one that is needs a codec, and what is built in will do. */
    private static final Codecs CODECS = Codecs.of();

    /** First offsets by producer; those that began first come first. */
    private final Map<Long, Long> begun = new LinkedHashMap<>();

    /**
     * A transaction that has ended.
     *
     * @param firstOffset of its first batch
     * @param markerOffset of the marker that ended it
     * @param lastStableOffset before which everything was decided once the marker was there
     */
    public record Ended(
            long producerId,
            long firstOffset,
            long markerOffset,
            boolean committed,
            long lastStableOffset) {
        /** What the transaction index has of it; null if it was committed. */
        public @Nullable AbortedTransaction aborted() {
            return committed
                    ? null
                    : new AbortedTransaction(
                            producerId, firstOffset, markerOffset, lastStableOffset);
        }
    }

    /** Puts back one that began before everything that is taken, after those that began earlier. */
    public void restore(long producerId, long firstOffset) {
        begun.putIfAbsent(producerId, firstOffset);
    }

    /**
     * Takes the next batch.
     *
     * @param batch whole, if it is a control batch; else its header will do
     * @return the transaction that it ends; null if it ends none that is known
     * @throws CorruptRecordException if a marker cannot be read
     */
    public @Nullable Ended take(RecordBatch batch) {
        if (!batch.isTransactional()) {
            return null;
        }
        if (!batch.isControl()) {
            begun.putIfAbsent(batch.producerId(), batch.baseOffset());
            return null;
        }
        TransactionMarker marker = marker(batch);
        return marker == null ? null : end(batch, marker);
    }

    /** Ends the transaction of a marker's producer; null if none is known. */
    public @Nullable Ended end(RecordBatch batch, TransactionMarker marker) {
        Long first = begun.remove(batch.producerId());
        if (first == null) {
            return null;
        }
        Iterator<Long> others = begun.values().iterator();
        return new Ended(
                batch.producerId(),
                first,
                batch.lastOffset(),
                marker.committed(),
                others.hasNext() ? others.next() : batch.nextOffset());
    }

    /**
     * The marker in a control batch; null if it holds one of another type.
     *
     * @param batch whole
     * @throws CorruptRecordException if it cannot be read
     */
    public static @Nullable TransactionMarker marker(RecordBatch batch) {
        try (RecordIteration records = batch.records(CODECS, MOST_MARKER_BYTES)) {
            return records.hasNext() ? TransactionMarker.find(records.next()) : null;
        }
    }

    /** How many are open. */
    public int count() {
        return begun.size();
    }

    /** Whether a producer has one open. */
    public boolean has(long producerId) {
        return begun.containsKey(producerId);
    }

    /** The offset at which a producer's begins; -1 if it has none open. */
    public long firstOffset(long producerId) {
        return begun.getOrDefault(producerId, -1L);
    }

    /** The offset at which the first of them begins; -1 if there is none. */
    public long first() {
        return begun.isEmpty() ? -1 : begun.values().iterator().next();
    }

    /** All of them, by producer with the offset of their begin, in the order of those. */
    public void forEach(BiConsumer<Long, Long> action) {
        begun.forEach(action);
    }
}
