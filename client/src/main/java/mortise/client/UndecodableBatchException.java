package mortise.client;

import mortise.api.ForeignText;
import mortise.api.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A batch of records that was fetched cannot be read: its bytes contradict its header or its
 * checksum, it opens to too much, or nothing here opens its codec. Another client wrote it, or it
 * was damaged; a broker keeps what it was sent. The consumer stays before it, and reads on behind
 * it if it is told to {@link Consumer#seek}. The message is one line.
 */
public final class UndecodableBatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient TopicPartition partition;
    private final long offset;
    private final long nextOffset;

    UndecodableBatchException(
            TopicPartition partition, long offset, long nextOffset, RuntimeException cause) {
        this(partition, offset, nextOffset, String.valueOf(cause.getMessage()), cause);
    }

    UndecodableBatchException(
            TopicPartition partition,
            long offset,
            long nextOffset,
            String why,
            @Nullable RuntimeException cause) {
        super(
                "reading "
                        + ForeignText.of(partition)
                        + " at offset "
                        + offset
                        + ": "
                        + ForeignText.of(why)
                        + (nextOffset > offset
                                ? "; the next batch begins at offset " + nextOffset
                                : ""),
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

    /** The offset behind the batch; {@link #offset()} if the bytes do not say where that is. */
    public long nextOffset() {
        return nextOffset;
    }
}
