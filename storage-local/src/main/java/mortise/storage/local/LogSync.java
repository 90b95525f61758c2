package mortise.storage.local;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import mortise.spi.storage.LogPosition;
import mortise.storage.local.LogInventory.Last;

/**
 * Makes a log durable: batches, then names, then the durable end moves, then the manifest and the
 * sidecars. One at a time, beside the writer.
 */
final class LogSync {
    private final LogContext log;
    private final LogExtent extent;
    private final LogHealth health;
    private final LogNames names;
    private final LogInventory inventory;
    private final Sidecars sidecars;
    private final Runnable checkpointLater;
    private final ReentrantLock syncing = new ReentrantLock();
    private volatile boolean deleted;

    /**
     * @param checkpointLater has the recovery point written before long
     */
    LogSync(
            LogContext log,
            LogExtent extent,
            LogHealth health,
            LogNames names,
            LogInventory inventory,
            Sidecars sidecars,
            Runnable checkpointLater) {
        this.log = log;
        this.extent = extent;
        this.health = health;
        this.names = names;
        this.inventory = inventory;
        this.sidecars = sidecars;
        this.checkpointLater = checkpointLater;
    }

    /**
     * The sync lock: held by whoever makes things durable, and by whoever takes something away that
     * a sync would meet. Taken before the lock of the structure.
     */
    ReentrantLock lock() {
        return syncing;
    }

    /** Makes everything durable that was appended and put before the call. */
    LogPosition sync() {
        syncing.lock();
        try {
            if (deleted) {
                return extent.durableEnd(); // nobody wants it on the disk any more
            }
            health.check();
            LogPosition target = extent.end();
            LogPosition known = extent.durableEnd();
            boolean waiting = sidecars.hasPending();
            if (target.token() == known.token()
                    && !waiting
                    && !names.isChanged()
                    && !inventory.hasPending()) {
                return known;
            }
            boolean begun = names.isChanged();
            Segment[] synced = extent.segments();
            if (LogExtent.sync(synced, target)) {
                names.change();
            }
            names.sync();
            extent.synced(target);
            checkpointLater.run();
            describe(synced, target, begun ? Last.BEGUN : Last.LEFT);
            if (waiting) {
                storeSidecars();
            }
            return target;
        } catch (IOException failed) {
            throw health.trouble("syncing " + log.path(), failed);
        } finally {
            syncing.unlock();
        }
    }

    /** What finds no room is written by a later sync; until then the segments speak for it. */
    private void describe(Segment[] synced, LogPosition target, Last last) {
        try {
            inventory.describe(synced, target, last);
        } catch (IOException failed) {
            throw health.trouble("noting the segments of " + log.path(), failed);
        }
    }

    /** Those that find no room are written by a later sync. */
    private void storeSidecars() {
        try {
            sidecars.store();
        } catch (IOException failed) {
            throw health.trouble("writing sidecars of " + log.path(), failed);
        }
    }

    /** Writes a manifest for a log that had none, or that was found damaged. */
    void describeAfterOpening() {
        if (inventory.hasPending()) {
            syncing.lock();
            try {
                describe(extent.segments(), extent.durableEnd(), Last.LEFT);
            } finally {
                syncing.unlock();
            }
        }
    }

    /** Has the directory's checkpoints written before long. */
    void checkpointLater() {
        checkpointLater.run();
    }

    /** Makes names durable, batches not. */
    void syncNames() throws IOException {
        syncing.lock();
        try {
            names.sync();
        } finally {
            syncing.unlock();
        }
    }

    /**
     * Makes everything durable and has recovery believe that nothing is missing up to an offset
     * further on, where the next segment is going to begin.
     */
    void syncBeforeGap(long from, long to) throws IOException {
        sync();
        inventory.gap(from, to);
        log.directory().recoveryPoints().setDurably(log.partition(), to);
    }

    /** Hands the directory the offset below which everything is durable. */
    void noteRecoveryPoint() {
        syncing.lock(); // no truncation lowers it between the two
        try {
            if (health.isOpen()) {
                log.directory().recoveryPoints().set(log.partition(), extent.certainTo());
            }
        } finally {
            syncing.unlock();
        }
    }

    /** Makes all of it durable, indexes too, so that the next start need not look at it. */
    void closeCleanly() {
        LogPosition last = sync();
        syncing.lock();
        try {
            Segment[] segments = extent.segments();
            if (extent.isChanged()) {
                extent.active().seal();
                for (Segment segment : segments) {
                    segment.sync(segment.size(), true); // one may have been sealed since
                }
                DiskFiles.syncDirectory(log.path());
            }
            describe(segments, last, extent.isChanged() ? Last.CLOSED : Last.LEFT);
            if (extent.certainTo() < last.offset()) {
                // nobody has said which transactions were aborted, so the next start is to ask
                log.directory().recoveryPoints().set(log.partition(), extent.certainTo());
            } else {
                log.directory().closedCleanly(log.partition(), last.offset());
            }
        } catch (IOException failed) {
            throw health.trouble("closing " + log.id(), failed);
        } finally {
            syncing.unlock();
        }
    }

    /**
     * Ends the log without closing it cleanly, for its directory goes away. A sync that is under
     * way ends first: it would meet files that are not there any more.
     */
    void endDeleted(String how) {
        deleted = true; // whoever waits for its turn to sync has nothing to do
        syncing.lock();
        try {
            health.end(how);
        } finally {
            syncing.unlock();
        }
    }
}
