package mortise.broker.partition;

import mortise.api.ErrorCode;
import mortise.metadata.PartitionImage;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;

/**
 * What this broker is to a partition, and what it shows as that: the role with the leader's view,
 * and progress to those who watch it. The view is the same object until its term or its epochs
 * change.
 *
 * <p>Changed by the partition's mailbox only; role, image and watchers are for everybody.
 */
final class Leadership {
    private final LogId id;
    private final PartitionLog log;
    private final InSyncReplicas replicas;
    private final HighWatermark highWatermark;
    private final AcknowledgementGate gate;
    private final KeptState kept;
    private final ProgressWatchers watchers;

    private final AbortHorizon aborts;
    private volatile PartitionRole role;

    /** It leads nothing yet. */
    Leadership(
            LogId id,
            PartitionLog log,
            InSyncReplicas replicas,
            HighWatermark highWatermark,
            AcknowledgementGate gate,
            KeptState kept,
            ProgressWatchers watchers) {
        this.id = id;
        this.log = log;
        this.replicas = replicas;
        this.highWatermark = highWatermark;
        this.gate = gate;
        this.kept = kept;
        this.watchers = watchers;
        this.aborts = new AbortHorizon(log, replicas.end().offset());
        this.role = new PartitionRole.NotLeading(PartitionRole.NOBODY);
    }

    PartitionRole role() {
        return role;
    }

    /** What readers need, while it leads; else null. */
    @Nullable LeaderView view() {
        return role instanceof PartitionRole.Leading leading ? leading.view() : null;
    }

    /** The first offset that is served. */
    long startOffset() {
        LeaderView leading = view();
        return leading == null ? log.bounds().startOffset() : leading.startOffset();
    }

    /** Leads in the term of an image, whose beginning is noted. */
    void lead(PartitionImage image) {
        boolean changed = highWatermark.raise(replicas);
        LeaderView leading = view();
        if (leading != null
                && leading.leaderEpoch() == image.leaderEpoch()
                && leading.epochs() == kept.epochs()) {
            if (changed) {
                show(leading);
            }
        } else {
            changed = true;
            role =
                    new PartitionRole.Leading(
                            new LeaderView(
                                    image.leaderEpoch(),
                                    kept.epochs(),
                                    log,
                                    highWatermark.position(),
                                    kept.lastStable().below(highWatermark.position()),
                                    log.bounds().startOffset(),
                                    aborts));
        }
        gate.open(highWatermark.offset(), startOffset());
        if (changed) {
            watchers.tell();
        }
    }

    /** Leads no longer, or still does not. */
    void resign(int leader) {
        end(
                leader,
                ErrorCode.NOT_LEADER_OR_FOLLOWER,
                id.partition() + " is led by broker " + leader + " now");
    }

    /**
     * Leads no longer; what is parked is refused.
     *
     * @param leader the broker that leads, or {@link PartitionRole#NOBODY}
     */
    void end(int leader, ErrorCode error, String why) {
        role = new PartitionRole.NotLeading(leader);
        gate.refuseParked(error, why);
        watchers.tell();
    }

    /** Shows how far the replicas are, and acknowledges what lies below. */
    void advance() {
        LeaderView leading = view();
        if (highWatermark.raise(replicas) && leading != null) {
            show(leading);
            watchers.tell();
            gate.open(highWatermark.offset(), leading.startOffset());
        }
    }

    /** Shows where the high watermark lies in a log that has moved. */
    void relocate() {
        LeaderView leading = view();
        if (leading != null) {
            show(leading);
        }
    }

    private void show(LeaderView leading) {
        LogPosition reached = highWatermark.position();
        leading.reached(reached, kept.lastStable().below(reached));
    }

    /** Shows that the log starts further up, with the epochs that are left. */
    void showStart(long offset) {
        LeaderView leading = view();
        if (leading != null) {
            leading.startOffset(offset);
            if (leading.epochs() != kept.epochs()) {
                role = new PartitionRole.Leading(leading.withEpochs(kept.epochs()));
            }
        }
        watchers.tell();
    }
}
