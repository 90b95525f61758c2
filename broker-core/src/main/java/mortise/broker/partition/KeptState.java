package mortise.broker.partition;

import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.SidecarKind;

/**
 * Producers, transactions and leader epochs of an open log, and what is kept of them beside it for
 * whoever opens the log next.
 *
 * <p>Confined to the partition's mailbox, or to the step for which that is suspended: what is kept
 * takes as long as there are producers. Only {@link #moveStart} runs beside the mailbox.
 */
final class KeptState {
    /** So many producers are kept in a moment, which no drain need leave to others. */
    private static final int FEW = 64;

    private final PartitionLog log;
    private final ProducerStates producers;
    private final LastStable lastStable;
    private LeaderEpochs epochs;

    /** Those that were put beside the log last; what has begun since, its batches tell. */
    private LeaderEpochs keptEpochs;

    /** The offset of the newest snapshot that knows all of its producers, or -1. */
    private long newestSnapshot;

    KeptState(PartitionLog log, PartitionState opened) {
        this.log = log;
        this.producers = opened.producers();
        this.lastStable = opened.lastStable();
        this.epochs = opened.epochs();
        this.keptEpochs = LeaderEpochs.NONE;
        this.newestSnapshot = opened.newestSnapshot();
    }

    ProducerStates producers() {
        return producers;
    }

    LastStable lastStable() {
        return lastStable;
    }

    LeaderEpochs epochs() {
        return epochs;
    }

    /** Whether what takes as long as there are producers takes a moment. */
    boolean hasFewProducers() {
        return producers.size() <= FEW;
    }

    /**
     * Keeps the producers as they are now, as of an offset, and the epochs: whoever opens the log
     * reads batches from there on only.
     */
    void keepProducers(long offset) {
        if (epochs != keptEpochs) {
            log.putSidecar(SidecarKind.LEADER_EPOCHS, offset, epochs.toText());
            keptEpochs = epochs;
        }
        producers.keepBeside(log, offset);
        newestSnapshot = offset;
    }

    /** Keeps the same beside a log that is to take the place of this one. */
    void keepBeside(PartitionLog other, long offset) {
        other.putSidecar(SidecarKind.LEADER_EPOCHS, offset, epochs.toText());
        producers.keepBeside(other, offset);
    }

    /** Finds the places of transactions in the log that has taken the place. Blocks. */
    void relocate() {
        lastStable.relocate(log);
    }

    /** The log beside which that was kept has taken the place. */
    void moved(long offset) {
        keptEpochs = epochs;
        newestSnapshot = offset;
    }

    /** Notes that an epoch begins at the end of the log. */
    void begin(int epoch, long end) {
        epochs = epochs.begin(epoch, end);
    }

    /** Whether the start cannot move to an offset before the producers have been kept. */
    boolean lacksProducers(long offset) {
        // no snapshot below the start is believed, and what would tell the rest is to go
        return newestSnapshot < offset;
    }

    /** Moves the start of the log, durably, and lets go of what is kept for what was below it. */
    void moveStart(long offset) {
        log.advanceStart(offset);
        log.trimSidecars(SidecarKind.PRODUCER_STATE, offset);
        log.trimSidecars(SidecarKind.PRODUCER_BATCHES, offset);
    }

    /** Notes that the start has moved: the store's word for that is enough for the next start. */
    void startMoved(long offset) {
        epochs = epochs.from(offset);
    }
}
