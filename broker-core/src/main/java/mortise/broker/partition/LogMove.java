package mortise.broker.partition;

import java.util.concurrent.CompletableFuture;
import mortise.api.Clock;
import mortise.broker.mailbox.DrainSite;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogMoves;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import org.jspecify.annotations.Nullable;

/**
 * One log on its way to another directory. {@link #copyMost} copies beside the writer; {@link
 * #finish} copies the rest while the writer stands still, and has the store put the copy in place.
 *
 * <p>Its steps follow each other, on whatever thread. It may be ended at any time; a step that runs
 * then comes to its end before long, and none begins any more.
 */
final class LogMove {
    /** Less than so much is copied while the writer stands still, if it can be helped. */
    private static final long LITTLE_BYTES = 1 << 20;

    /** So often at most what was written during a round of copying is copied in another round. */
    private static final int MOST_ROUNDS = 4;

    /**
     * After so much in one step the writer goes on, and the rest is copied beside it again; twice
     * as much with each attempt, or a writer that is as quick as the copying would never be caught
     * up with.
     */
    private static final long MOST_BYTES_STANDING = 16L << 20;

    private static final int MOST_DOUBLINGS = 4;

    private final Partition partition;
    private final LogDirectory target;
    private final DrainSite site;
    private final Means means;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final long beganNanos;
    private volatile @Nullable LogCopy copy;

    // guarded by this
    private boolean ended;
    private boolean busy;

    // of the latest step, read by whoever comes after it
    private boolean inPlace;
    private @Nullable StorageException refusal;
    private @Nullable LogPosition highWatermark;
    private long standingNanos;
    private int refusals;
    private int attempts;

    /** What the moves of a broker share. */
    interface Means {
        LogMoves moves();

        Clock clock();

        /** A copy that counts and is held up with those of the others. */
        LogCopy copy(LogMove move, PartitionLog from, PartitionLog to);
    }

    /**
     * A move of which nothing has been done.
     *
     * @param site where mailboxes drain that write to the target
     */
    LogMove(Partition partition, LogDirectory target, DrainSite site, Means means) {
        this.partition = partition;
        this.target = target;
        this.site = site;
        this.means = means;
        this.beganNanos = means.clock().nanoTime();
    }

    Partition partition() {
        return partition;
    }

    LogDirectory target() {
        return target;
    }

    DrainSite site() {
        return site;
    }

    /** How many bytes the copy has; 0 before it is open. */
    long copiedBytes() {
        LogCopy opened = copy;
        return opened == null ? 0 : opened.sizeInBytes();
    }

    /** How many offsets the copy lacks; -1 before it is open. */
    long lag() {
        LogCopy opened = copy;
        return opened == null ? -1 : opened.lag();
    }

    /** How long it has taken so far. */
    long nanos() {
        return means.clock().nanoTime() - beganNanos;
    }

    // ---- steps

    /** Opens the copy, or makes it. */
    void open() {
        if (enter()) {
            try {
                opened();
            } finally {
                leave();
            }
        }
    }

    private LogCopy opened() {
        LogCopy known = copy;
        if (known == null) {
            PartitionLog to =
                    means.moves().begin(partition.id(), target, partition.settings().log());
            known = means.copy(this, partition.log(), to);
            copy = known;
        }
        return known;
    }

    /** Copies until little is left, durably. */
    void copyMost() {
        if (!enter()) {
            return;
        }
        try {
            refusal = null;
            LogCopy opened = opened();
            opened.configure(partition.settings().log());
            long copied = Long.MAX_VALUE;
            for (int round = 0;
                    round < MOST_ROUNDS && copied > LITTLE_BYTES && !isEnded();
                    round++) {
                copied = opened.catchUp(segmentBytes(), Long.MAX_VALUE);
                opened.sync();
            }
        } finally {
            leave();
        }
    }

    private int segmentBytes() {
        return partition.settings().log().segmentBytes();
    }

    /**
     * Copies the rest, with what is kept beside the log, and puts the copy in the log's place. The
     * writer stands still.
     *
     * @param watermark where the high watermark is
     * @return whether it is in place; if not, {@link #refusal} may say why
     * @throws StorageException if the log cannot be used any more
     */
    boolean finish(KeptState kept, long watermark) {
        if (!enter()) {
            return false;
        }
        long began = means.clock().nanoTime();
        try {
            if (prepared(kept) && replace(watermark)) {
                kept.relocate();
            }
        } finally {
            standingNanos = means.clock().nanoTime() - began;
            leave();
        }
        return inPlace;
    }

    /** Whether the copy has everything; what refuses that is no failure of the log. */
    private boolean prepared(KeptState kept) {
        try {
            return prepared(opened(), kept);
        } catch (StorageException refused) {
            refusal = refused;
            return false;
        }
    }

    private boolean prepared(LogCopy opened, KeptState kept) {
        long most = MOST_BYTES_STANDING << Math.min(attempts++, MOST_DOUBLINGS);
        long copied = opened.catchUp(segmentBytes(), most);
        if (!opened.isWhole()) {
            if (copied == 0) {
                throw new StorageException(
                        Reach.CALL,
                        partition.id()
                                + " ends at offset "
                                + partition.log().end().offset()
                                + " and its last batch before; it can be moved once more is"
                                + " written to it");
            }
            return false;
        }
        kept.keepBeside(opened.copy(), partition.log().end().offset());
        opened.noteCompacted();
        return true;
    }

    private boolean replace(long watermark) {
        copy = null; // in place or closed
        try {
            means.moves().replace(partition.id());
        } catch (StorageException failed) {
            if (failed.reach() != Reach.CALL) {
                throw failed;
            }
            refusal = failed;
            return false;
        }
        inPlace = true;
        PartitionLog log = partition.log();
        highWatermark = watermark == log.end().offset() ? log.end() : log.position(watermark);
        return true;
    }

    /** Whether the copy has become the log. */
    boolean isInPlace() {
        return inPlace;
    }

    /** Where the high watermark lies in the log now, if that is known. */
    @Nullable LogPosition highWatermark() {
        return highWatermark;
    }

    /** Why the latest step was refused, or null. */
    @Nullable StorageException refusal() {
        return refusal;
    }

    /** How long the writer stood still for the latest attempt to finish. */
    long standingNanos() {
        return standingNanos;
    }

    /** Counts a refusal; gives how many there were. */
    int refused() {
        return ++refusals;
    }

    // ---- the end

    /** Lets no step begin any more; completed once none runs. */
    CompletableFuture<Void> end() {
        boolean idle;
        synchronized (this) {
            ended = true;
            idle = !busy;
        }
        if (idle) {
            over.complete(null);
        }
        return over;
    }

    synchronized boolean isEnded() {
        return ended;
    }

    private synchronized boolean enter() {
        if (ended) {
            return false;
        }
        busy = true;
        return true;
    }

    private void leave() {
        boolean last;
        synchronized (this) {
            busy = false;
            last = ended;
        }
        if (last) {
            over.complete(null);
        }
    }

    @Override
    public String toString() {
        return partition.id() + " to " + target.location();
    }
}
