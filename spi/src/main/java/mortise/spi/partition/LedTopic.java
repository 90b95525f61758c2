package mortise.spi.partition;

/** A topic all of whose partitions have a leader. */
record LedTopic(String name, int partitionCount) implements TopicView {
    LedTopic {
        if (partitionCount < 1) {
            throw new IllegalArgumentException(
                    "topic "
                            + name
                            + " is to have "
                            + partitionCount
                            + " partitions; at least 1 is needed");
        }
    }

    @Override
    public boolean hasLeader(int partition) {
        return true;
    }
}
