package mortise.spi.storage;

/**
 * What a sidecar holds. The broker writes the content; the store keeps it under Kafka's file names
 * where it has files.
 */
public enum SidecarKind {
    /**
     * Idempotent and transactional producers as of an offset, in Kafka's snapshot format ({@code
     * <offset>.snapshot}).
     */
    PRODUCER_STATE,
    /**
     * The latest batches of each producer of the {@link #PRODUCER_STATE} at the same offset, which
     * Kafka's format has no room for ({@code <offset>.producers}).
     */
    PRODUCER_BATCHES,
    /**
     * The start offsets of leader epochs, in Kafka's checkpoint text ({@code
     * leader-epoch-checkpoint}); the newest replaces all.
     */
    LEADER_EPOCHS
}
