package mortise.spi.partition;

/**
 * A topic as a producer knows it from its latest metadata. Thread-safe; it does not change while a
 * record is being placed, but the next record may see another.
 */
public interface TopicView {
    /** The topic's name. */
    String name();

    /** How many partitions it has, at least 1. */
    int partitionCount();

    /**
     * Whether a partition has a leader now, so that records sent to it need not wait for one.
     *
     * @param partition from 0 to below {@link #partitionCount()}
     */
    boolean hasLeader(int partition);

    /** A topic all of whose partitions have a leader. */
    static TopicView led(String name, int partitionCount) {
        return new LedTopic(name, partitionCount);
    }
}
