package mortise.broker.partition;

import mortise.spi.storage.LogPosition;
import mortise.spi.storage.PartitionLog;

/**
 * What readers need of a partition that is led here. One object for each term of leadership, found
 * through {@link Partition#leaderView}; within a term only the watermark and the start move.
 *
 * <p><b>Memory.</b> Written by the partition's drain, read by anyone. The moving fields are
 * volatile and independent of each other: a reader takes each once and works with what it took. Who
 * takes the last stable position first and the high watermark then has two of which the former is
 * not the larger.
 */
public final class LeaderView {
    private final int leaderEpoch;
    private final LeaderEpochs epochs;
    private final PartitionLog log;
    private volatile LogPosition highWatermark;
    private volatile LogPosition lastStable;
    private volatile long startOffset;
    private final AbortHorizon aborts;

    LeaderView(
            int leaderEpoch,
            LeaderEpochs epochs,
            PartitionLog log,
            LogPosition highWatermark,
            LogPosition lastStable,
            long startOffset,
            AbortHorizon aborts) {
        this.leaderEpoch = leaderEpoch;
        this.epochs = epochs;
        this.log = log;
        this.highWatermark = highWatermark;
        this.lastStable = lastStable;
        this.startOffset = startOffset;
        this.aborts = aborts;
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

    /** Up to where consumers read that want decided transactions only. */
    public LogPosition lastStable() {
        return lastStable;
    }

    /** The transactions whose records such consumers are to leave out. */
    public AbortHorizon aborts() {
        return aborts;
    }

    /** The first offset that is served. */
    public long startOffset() {
        return startOffset;
    }

    void reached(LogPosition watermark, LogPosition stable) {
        highWatermark = watermark;
        lastStable = stable;
    }

    void startOffset(long offset) {
        startOffset = offset;
    }

    /** The next view of the same term, with other epochs. */
    LeaderView withEpochs(LeaderEpochs others) {
        return new LeaderView(
                leaderEpoch, others, log, highWatermark, lastStable, startOffset, aborts);
    }
}
