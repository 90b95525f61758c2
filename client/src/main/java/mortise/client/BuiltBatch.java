package mortise.client;

import java.nio.ByteBuffer;

/**
 * A batch that was built and is on its way: sent again as it is, with the same bytes and the same
 * sequence number, until it is known what became of it. Confined to its producer's thread.
 */
final class BuiltBatch {
    private final int partition;
    private final ByteBuffer bytes;
    private final int records;
    private final ProducerIdentity identity;
    private final int sequence;
    private boolean uncertain;

    BuiltBatch(
            int partition, ByteBuffer bytes, int records, ProducerIdentity identity, int sequence) {
        this.partition = partition;
        this.bytes = bytes;
        this.records = records;
        this.identity = identity;
        this.sequence = sequence;
    }

    int partition() {
        return partition;
    }

    /** A view of its own for each attempt. */
    ByteBuffer bytes() {
        return bytes.duplicate();
    }

    int records() {
        return records;
    }

    /** An attempt ended so that the batch may be stored or not. */
    void becomeUncertain() {
        uncertain = true;
    }

    /** Whether it may be stored although no answer said so. */
    boolean isUncertain() {
        return uncertain;
    }

    /** It is stored: its sequence numbers are used. */
    void stored() {
        identity.stored(partition, sequence, records);
    }
}
