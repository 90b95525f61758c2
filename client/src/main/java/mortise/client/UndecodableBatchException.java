package mortise.client;

import mortise.api.TopicPartition;

/**
 * A batch of records that was fetched cannot be read: its bytes contradict its header, it opens to
 * too much, or nothing here opens its codec. Another client wrote it; a broker keeps what it was
 * sent. The consumer stays before it, and reads on behind it if it is told to {@link
 * Consumer#seek}.
 */
public final class UndecodableBatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient TopicPartition partition;
    private final long offset;
    private final long nextOffset;

    UndecodableBatchException(
            TopicPartition partition, long offset, long nextOffset, RuntimeException cause) {
        super(
                "reading "
                        + partition
                        + " at offset "
                        + offset
                        + ": "
                        + cause.getMessage()
                        + "; the next batch begins at offset "
                        + nextOffset,
                cause);
        this.partition = partition;
        this.offset = offset;
        this.nextOffset = nextOffset;
    }

    /** Where the batch lies. */
    public TopicPartition partition() {
        return partition;
    }

    /** The offset of the first record that could not be read. */
    public long offset() {
        return offset;
    }

    /** The offset behind the batch. */
    public long nextOffset() {
        return nextOffset;
    }
}
