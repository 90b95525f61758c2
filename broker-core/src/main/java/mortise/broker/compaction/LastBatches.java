package mortise.broker.compaction;

import java.util.Map;
import mortise.record.RecordBatch;

/**
 * The last batch of each producer that a partition remembers: it carries the producer's sequence
 * number, which must outlive its records.
 *
 * @param byProducer by producer ID
 */
public record LastBatches(Map<Long, Last> byProducer) {
    /** Nobody is remembered. */
    static final LastBatches NONE = new LastBatches(Map.of());

    /**
     * A producer's last batch.
     *
     * @param lastOffset of its last batch with data; -1 if it has none, and then its last marker is
     *     what stays
     * @param epoch the producer's epoch
     */
    public record Last(long lastOffset, short epoch) {}

    public LastBatches {
        byProducer = Map.copyOf(byProducer);
    }

    /** Whether a batch is a producer's last. */
    boolean holds(RecordBatch batch) {
        if (!batch.hasProducerId()) {
            return false;
        }
        Last last = byProducer.get(batch.producerId());
        if (last == null) {
            return false;
        }
        return last.lastOffset >= 0
                ? batch.lastOffset() == last.lastOffset
                : batch.isControl() && batch.producerEpoch() == last.epoch;
    }
}
