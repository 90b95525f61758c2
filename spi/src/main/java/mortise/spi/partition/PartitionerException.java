package mortise.spi.partition;

/** A partitioner could not be made, or did not choose a partition for a record. */
public final class PartitionerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What happened, with the partitioner's name, in one line. */
    public PartitionerException(String message) {
        super(message);
    }

    /** What happened, with the partitioner's name, in one line, and what it threw. */
    public PartitionerException(String message, Throwable cause) {
        super(message, cause);
    }
}
