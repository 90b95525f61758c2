package mortise.client;

import mortise.api.ForeignText;
import mortise.api.TopicPartition;

/**
 * A batch that a broker sent does not open: it is damaged, or of a codec that is not installed. The
 * message is one line with the place, the cause and how to read on.
 */
public final class UnreadableBatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableBatchException(
            TopicPartition partition, long offset, long nextOffset, Throwable cause) {
        this(partition, offset, nextOffset, String.valueOf(cause.getMessage()), cause);
    }

    private UnreadableBatchException(
            TopicPartition partition, long offset, long nextOffset, String why, Throwable cause) {
        super(line(partition, offset, nextOffset, why), cause);
    }

    UnreadableBatchException(TopicPartition partition, long offset, long nextOffset, String why) {
        super(line(partition, offset, nextOffset, why));
    }

    private static String line(TopicPartition partition, long offset, long nextOffset, String why) {
        return ForeignText.of(partition)
                + " at offset "
                + offset
                + " cannot be read: "
                + ForeignText.of(why)
                + (nextOffset > offset
                        ? "; what follows is read with --partition "
                                + partition.partition()
                                + " --from "
                                + nextOffset
                        : "");
    }
}
