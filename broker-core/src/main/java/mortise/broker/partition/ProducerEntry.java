package mortise.broker.partition;

import mortise.record.RecordBatch;
import mortise.record.TransactionMarker;

/**
 * What a partition remembers of one idempotent producer: its epoch and its last five batches. Also
 * what the current turn has accepted of it and not yet written. Confined to the partition's
 * mailbox.
 */
final class ProducerEntry {
    static final int REMEMBERED_BATCHES = 5;
    private static final long NO_TURN = -1;
    private static final int NO_COORDINATOR = -1;

    final long producerId;
    private final int[] lastSequences = new int[REMEMBERED_BATCHES];
    private final int[] offsetDeltas = new int[REMEMBERED_BATCHES];
    private final long[] lastOffsets = new long[REMEMBERED_BATCHES];
    private final long[] timestamps = new long[REMEMBERED_BATCHES];
    private short epoch = RecordBatch.NO_PRODUCER_EPOCH;
    private int count;
    private int newest = -1;
    private long activeMillis;
    private int coordinatorEpoch = NO_COORDINATOR;

    /** The first sequence of a producer of which nothing is written yet, as it was accepted. */
    private int firstSequence = RecordBatch.NO_SEQUENCE;

    private short firstEpoch = RecordBatch.NO_PRODUCER_EPOCH;

    private long turn = NO_TURN;
    private short turnEpoch;
    private int turnLastSequence;

    ProducerEntry(long producerId) {
        this.producerId = producerId;
    }

    short epoch() {
        return epoch;
    }

    /** Whether no batch of it is remembered. */
    boolean isEmpty() {
        return count == 0;
    }

    /** Whether anything of it is in the log: a batch, or a marker. */
    boolean isKnown() {
        return epoch != RecordBatch.NO_PRODUCER_EPOCH;
    }

    /** The epoch of the coordinator that wrote its latest marker; -1 if there was none. */
    int coordinatorEpoch() {
        return coordinatorEpoch;
    }

    /** When it last wrote, by the broker's clock; never earlier than before. */
    long activeMillis() {
        return activeMillis;
    }

    /** How many batches are remembered. */
    int count() {
        return count;
    }

    /** Where a remembered batch stands; the newest has the age 0. */
    int slot(int age) {
        return Math.floorMod(newest - age, REMEMBERED_BATCHES);
    }

    int lastSequence() {
        return count == 0 ? RecordBatch.NO_SEQUENCE : lastSequences[newest];
    }

    long lastOffset() {
        return count == 0 ? -1 : lastOffsets[newest];
    }

    int offsetDelta() {
        return count == 0 ? 0 : offsetDeltas[newest];
    }

    /** The epoch after what this turn has accepted. */
    short epochIn(long currentTurn) {
        return turn == currentTurn ? turnEpoch : epoch;
    }

    /** The last sequence after what this turn has accepted. */
    int lastSequenceIn(long currentTurn) {
        return turn == currentTurn ? turnLastSequence : lastSequence();
    }

    /** Whether this turn has accepted a batch of the producer. */
    boolean acceptedIn(long currentTurn) {
        return turn == currentTurn;
    }

    /**
     * Notes that the turn accepts a batch; forgotten with the turn unless {@link #wrote} follows.
     */
    void accepted(long currentTurn, short batchEpoch, int firstSequence, int lastSequence) {
        if (isEmpty() && turn != currentTurn) {
            this.firstSequence = firstSequence;
            firstEpoch = batchEpoch;
        }
        turn = currentTurn;
        turnEpoch = batchEpoch;
        turnLastSequence = lastSequence;
    }

    /**
     * Whether something of a producer must be written before this sequence: it was accepted as the
     * first of its epoch, and its write failed, so that a retry of it will follow.
     */
    boolean awaitsBefore(short batchEpoch, int sequence) {
        return isEmpty() && batchEpoch == firstEpoch && sequence > firstSequence;
    }

    /** What {@link #awaitsBefore} waits for. */
    int awaitedSequence() {
        return firstSequence;
    }

    /** Which of the remembered batches has exactly these sequences, or -1. */
    int find(short batchEpoch, int firstSequence, int lastSequence) {
        if (batchEpoch != epoch) {
            return -1;
        }
        for (int i = 0; i < count; i++) {
            int slot = slot(i);
            if (lastSequences[slot] == lastSequence
                    && firstSequence(lastSequence, offsetDeltas[slot]) == firstSequence) {
                return slot;
            }
        }
        return -1;
    }

    int lastSequence(int slot) {
        return lastSequences[slot];
    }

    int offsetDelta(int slot) {
        return offsetDeltas[slot];
    }

    long firstOffset(int slot) {
        return lastOffsets[slot] - offsetDeltas[slot];
    }

    long lastOffset(int slot) {
        return lastOffsets[slot];
    }

    long timestamp(int slot) {
        return timestamps[slot];
    }

    /** Remembers a batch that is in the log now. A new epoch forgets the batches of the old one. */
    void wrote(
            short batchEpoch,
            int lastSequence,
            long lastOffset,
            int offsetDelta,
            long timestamp,
            long nowMillis) {
        begin(batchEpoch);
        newest = (newest + 1) % REMEMBERED_BATCHES;
        count = Math.min(count + 1, REMEMBERED_BATCHES);
        lastSequences[newest] = lastSequence;
        lastOffsets[newest] = lastOffset;
        offsetDeltas[newest] = offsetDelta;
        timestamps[newest] = timestamp;
        // a clock that has gone backwards must not make it look silent once the clock is right
        activeMillis = Math.max(activeMillis, nowMillis);
    }

    /** Remembers the marker that ended a transaction of the producer. */
    void ended(short markerEpoch, TransactionMarker marker, long nowMillis) {
        restore(markerEpoch, marker.coordinatorEpoch(), nowMillis);
    }

    /** Remembers what a file has of it besides its batches. */
    void restore(short latestEpoch, int latestCoordinatorEpoch, long active) {
        begin(latestEpoch);
        coordinatorEpoch = latestCoordinatorEpoch;
        activeMillis = Math.max(activeMillis, active);
    }

    private void begin(short latestEpoch) {
        if (latestEpoch != epoch) {
            epoch = latestEpoch;
            count = 0;
            newest = -1;
        }
    }

    /** The sequence of a batch's first record; sequences wrap to 0 after the largest int. */
    static int firstSequence(int lastSequence, int offsetDelta) {
        return lastSequence >= offsetDelta
                ? lastSequence - offsetDelta
                : Integer.MAX_VALUE - (offsetDelta - lastSequence) + 1;
    }
}
