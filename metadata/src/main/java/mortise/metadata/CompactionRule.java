package mortise.metadata;

/**
 * When a compacted topic is compacted, and how long deletions stay readable.
 *
 * @param minLagMillis records younger than this stay untouched
 * @param maxLagMillis records older than this are looked at, whatever the share of new ones is
 * @param minDirtyRatio which share of a log must be new
 * @param deleteRetentionMillis how long tombstones and transaction markers stay
 */
public record CompactionRule(
        long minLagMillis, long maxLagMillis, double minDirtyRatio, long deleteRetentionMillis) {}
