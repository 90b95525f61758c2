package mortise.client;

import java.util.HashMap;
import java.util.Map;

/**
 * Who an idempotent producer is to the brokers, and how far it has counted. A sequence number that
 * may have been stored with one batch is never given to another: whoever cannot tell takes a new
 * identity. Confined to its producer's thread.
 */
final class ProducerIdentity {
    private final long id;
    private final short epoch;
    private final Map<Integer, Integer> nextSequence = new HashMap<>();

    ProducerIdentity(long id, short epoch) {
        this.id = id;
        this.epoch = epoch;
    }

    long id() {
        return id;
    }

    short epoch() {
        return epoch;
    }

    /** The sequence number of a partition's next batch. */
    int nextSequence(int partition) {
        return nextSequence.getOrDefault(partition, 0);
    }

    /** A batch was stored: the next one counts from after it; after the largest number comes 0. */
    void stored(int partition, int sequence, int records) {
        nextSequence.put(partition, (int) ((sequence + (long) records) % (1L << 31)));
    }
}
