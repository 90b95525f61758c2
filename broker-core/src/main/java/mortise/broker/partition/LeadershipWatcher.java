package mortise.broker.partition;

/** Hears when this broker begins or ceases to lead partitions of a topic. */
@FunctionalInterface
public interface LeadershipWatcher {
    /**
     * The broker may lead the partition now in another epoch, or not at all: {@link
     * Partition#leaderView} says which. Called in the partition's drain, so it must not block.
     */
    void leadershipChanged(Partition partition);
}
