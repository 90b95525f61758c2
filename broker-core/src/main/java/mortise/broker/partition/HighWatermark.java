package mortise.broker.partition;

import mortise.spi.storage.LogPosition;

/**
 * Up to where a partition's records are with all in-sync replicas, and consumers read. It never
 * goes back, whatever becomes of replicas, settings or terms. Confined to the partition's mailbox.
 */
final class HighWatermark {
    private LogPosition position;

    HighWatermark(InSyncReplicas replicas) {
        position = replicas.reached();
    }

    LogPosition position() {
        return position;
    }

    long offset() {
        return position.offset();
    }

    /** Takes another position for the same offset: the log has moved. */
    void relocate(LogPosition there) {
        if (there.offset() == position.offset()) {
            position = there;
        }
    }

    /** Moves up to where the replicas are; false if it is there. */
    boolean raise(InSyncReplicas replicas) {
        LogPosition reached = replicas.reached();
        if (reached.offset() <= position.offset()) {
            return false;
        }
        position = reached;
        return true;
    }
}
