package mortise.spi;

/**
 * Something that a plugin may or may not be able to do; what is missing is refused to users by
 * name.
 */
public enum Capability {
    /**
     * Storage: what was synced survives a crash of the machine. Consensus: what was committed does.
     */
    DURABLE,
    /**
     * Storage: sidecars are kept; without it producer state and leader epochs are rebuilt by a
     * scan.
     */
    SIDECARS,
    /** Storage: topics with {@code cleanup.policy=compact}. */
    COMPACTION,
    /** Storage: which transactions were aborted is kept; without it there are no transactions. */
    TRANSACTIONS,
    /** Storage: old data is dropped by age and size. */
    RETENTION,
    /** Storage: sealed segments are handed out, which tiering needs. */
    SEALED_SEGMENTS,
    /** Partitioner: equal keys go to one partition, as long as the topic has as many partitions. */
    KEYED
}
