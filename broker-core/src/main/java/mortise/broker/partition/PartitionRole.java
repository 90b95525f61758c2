package mortise.broker.partition;

/** What this broker is to a partition. Published by the partition's drain. */
sealed interface PartitionRole {
    /**
     * It leads.
     *
     * @param view what readers need; the same object until its term or its epochs change
     */
    record Leading(LeaderView view) implements PartitionRole {}

    /**
     * It does not.
     *
     * @param leader the broker that does, or -1
     */
    record NotLeading(int leader) implements PartitionRole {}
}
