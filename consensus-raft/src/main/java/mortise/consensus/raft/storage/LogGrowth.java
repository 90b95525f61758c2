package mortise.consensus.raft.storage;

/**
 * How much log a restart would have to replay.
 *
 * @param entries since the last snapshot that was kept or tried
 * @param bytes as stored, since then
 */
public record LogGrowth(long entries, long bytes) {
    /** None. */
    public static final LogGrowth NONE = new LogGrowth(0, 0);
}
