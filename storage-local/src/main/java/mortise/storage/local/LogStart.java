package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;

/** Moves the start of a log, which is durable then, and drops the segments that lie below it. */
final class LogStart {
    private final LogContext log;
    private final LogExtent extent;
    private final LogHealth health;
    private final LogNames names;
    private final LogInventory inventory;
    private final LogSync sync;

    LogStart(
            LogContext log,
            LogExtent extent,
            LogHealth health,
            LogNames names,
            LogInventory inventory,
            LogSync sync) {
        this.log = log;
        this.extent = extent;
        this.health = health;
        this.names = names;
        this.inventory = inventory;
        this.sync = sync;
    }

    /** Moves the start forwards to an offset; what lies before it already stays as it is. */
    void advance(long offset) {
        health.check();
        if (offset <= extent.start()) {
            return;
        }
        extent.checkWithin(offset, extent.end());
        try {
            if (names.isChanged()) {
                sync.syncNames(); // a start means nothing to a log that a crash takes away
            }
            inventory.startMoves(offset);
            inventory.startMoved(offset);
        } catch (IOException failed) {
            throw health.trouble(
                    "moving the start of " + log.id() + " to offset " + offset, failed);
        }
        noteAgain(offset);
        for (Segment segment : extent.dropBelow(offset)) {
            removeOrLeave(segment);
        }
    }

    /** For whoever finds no sound manifest; what finds no room is written by a later checkpoint. */
    private void noteAgain(long offset) {
        CheckpointedOffsets starts = log.directory().startOffsets();
        starts.set(log.partition(), offset);
        try {
            starts.write();
        } catch (IOException failed) {
            leave(health.trouble("noting the start of " + log.id() + " again", failed));
            sync.checkpointLater();
        }
    }

    /** The log has moved on: what cannot be removed for now, the next open removes. */
    private void removeOrLeave(Segment segment) {
        try {
            segment.remove(log.settings().fileDeleteDelay());
        } catch (IOException failed) {
            leave(health.trouble("removing segment " + segment, failed));
        }
    }

    private void leave(StorageException problem) {
        if (problem.reach() != Reach.CALL) {
            throw problem;
        }
        log.parts().logger().log(Level.WARNING, problem.getMessage());
    }

    /** Takes what is missing for a gap, and moves the start behind it if the log began with it. */
    List<MissingRecords> acceptLoss() {
        health.check();
        sync.lock().lock();
        try {
            List<MissingRecords> accepted = inventory.accept(extent.segments());
            if (!accepted.isEmpty() && accepted.getFirst().from() == extent.start()) {
                advance(accepted.getFirst().to());
            }
            return accepted;
        } catch (IOException failed) {
            throw health.trouble("accepting what is missing of " + log.id(), failed);
        } finally {
            sync.lock().unlock();
        }
    }
}
