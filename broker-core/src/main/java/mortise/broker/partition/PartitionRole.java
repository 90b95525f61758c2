package mortise.broker.partition;

/**
 * What this broker is to a partition. Published by the partition's drain through {@link
 * Leadership}.
 */
sealed interface PartitionRole {
    /** In place of a broker. */
    int NOBODY = -1;

    /**
     * It leads.
     *
     * @param view what readers need; the same object until its term or its epochs change
     */
    record Leading(LeaderView view) implements PartitionRole {}

    /**
     * It does not.
     *
     * @param leader the broker that does, or {@link #NOBODY}
     */
    record NotLeading(int leader) implements PartitionRole {}
}
