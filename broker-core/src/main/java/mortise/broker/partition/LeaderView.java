package mortise.broker.partition;

import mortise.spi.storage.LogPosition;
import mortise.spi.storage.PartitionLog;

/**
 * What readers need of a partition that is led here. One object for each term of leadership, found
 * through {@link Partition#leaderView}; within a term only the watermark and the start move.
 *
 * <p><b>Memory.</b> Written by the partition's drain, read by anyone. The two moving fields are
 * volatile and independent of each other: a reader takes each once and works with what it took.
 */
public final class LeaderView {
    private final int leaderEpoch;
    private final LeaderEpochs epochs;
    private final PartitionLog log;
    private volatile LogPosition highWatermark;
    private volatile long startOffset;

    LeaderView(
            int leaderEpoch,
            LeaderEpochs epochs,
            PartitionLog log,
            LogPosition highWatermark,
            long startOffset) {
        this.leaderEpoch = leaderEpoch;
        this.epochs = epochs;
        this.log = log;
        this.highWatermark = highWatermark;
        this.startOffset = startOffset;
    }

    /** The term. */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** All terms up to this one. */
    public LeaderEpochs epochs() {
        return epochs;
    }

    /** The bytes. */
    public PartitionLog log() {
        return log;
    }

    /** Up to where consumers read. */
    public LogPosition highWatermark() {
        return highWatermark;
    }

    /**
     * Up to where consumers read that want decided transactions only. No transaction is open while
     * transactions are refused, so it is the high watermark.
     */
    public LogPosition lastStable() {
        return highWatermark;
    }

    /** The first offset that is served. */
    public long startOffset() {
        return startOffset;
    }

    void highWatermark(LogPosition position) {
        highWatermark = position;
    }

    void startOffset(long offset) {
        startOffset = offset;
    }

    /** The next view of the same term, with other epochs. */
    LeaderView withEpochs(LeaderEpochs others) {
        return new LeaderView(leaderEpoch, others, log, highWatermark, startOffset);
    }
}
