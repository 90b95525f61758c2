package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;

/**
 * The batches of a segment that is brought to where appending can go on, in order, up to where it
 * ends. Confined to one thread.
 */
final class RecoveryWalk {
    /** How the walk tells a batch that is there from one that is not. */
    private enum Doubt {
        /** Nothing is in doubt but the order of the offsets. */
        NONE,
        /**
         * From an offset on every batch may be lost, and the first one that is ends the segment.
         */
        EVERYTHING,
        /**
         * The last batch may be torn. What else is wrong was damaged later, is passed over and
         * stays where it is: reading it is refused.
         */
        THE_LAST_BATCH
    }

    private final Segment segment;
    private final BatchWalk walk;
    private final Doubt doubt;
    private final long from;
    private final System.Logger logger;
    private long next;
    private int bytesBelow;

    private RecoveryWalk(
            Segment segment, BatchWalk walk, Doubt doubt, long from, System.Logger logger) {
        this.segment = segment;
        this.walk = walk;
        this.doubt = doubt;
        this.from = from;
        this.logger = logger;
        this.next = segment.baseOffset();
    }

    /** Believes the headers. */
    static RecoveryWalk believing(Segment segment, BatchWalk walk, System.Logger logger) {
        return new RecoveryWalk(segment, walk, Doubt.NONE, Long.MAX_VALUE, logger);
    }

    /** Looks at every batch that has an offset beyond {@code from}, or at it. */
    static RecoveryWalk verifying(
            Segment segment, BatchWalk walk, long from, System.Logger logger) {
        return new RecoveryWalk(segment, walk, Doubt.EVERYTHING, from, logger);
    }

    /**
     * Looks at the last batch.
     *
     * @param from the batches below were synced
     */
    static RecoveryWalk afterKill(
            Segment segment, BatchWalk walk, long from, System.Logger logger) {
        return new RecoveryWalk(segment, walk, Doubt.THE_LAST_BATCH, from, logger);
    }

    /** The batch that {@link #next} came to. */
    BatchWalk batch() {
        return walk;
    }

    /** Moves to the next batch; false at the end of the segment. */
    boolean next() throws IOException {
        while (true) {
            boolean found = walk.next();
            if (found && isSound()) {
                next = walk.lastOffset() + 1;
                bytesBelow = next <= from ? walk.nextPosition() : bytesBelow;
                return true;
            }
            if (found) {
                walk.stepBack();
            }
            if (doubt != Doubt.THE_LAST_BATCH || !passDamage()) {
                return false;
            }
        }
    }

    private boolean isSound() throws IOException {
        if (walk.baseOffset() < next
                || walk.lastOffset() - segment.baseOffset() > Integer.MAX_VALUE) {
            return false;
        }
        return switch (doubt) {
            case NONE -> true;
            case EVERYTHING -> walk.lastOffset() < from || walk.verify();
            case THE_LAST_BATCH -> {
                long follower = walk.nextBaseOffset();
                yield follower > walk.lastOffset() || (follower < next && walk.verify());
            }
        };
    }

    private boolean passDamage() throws IOException {
        int damaged = walk.nextPosition();
        if (!walk.skipTo(next)) {
            return false;
        }
        logger.log(
                Level.ERROR,
                "{0}: {1} bytes at position {2} are damaged; they stay where they are, and reading"
                        + " them is refused",
                segment,
                Integer.toString(walk.nextPosition() - damaged),
                Integer.toString(damaged));
        return true;
    }

    /** The offset after the last batch. */
    long endOffset() {
        return next;
    }

    /** How many bytes the batches below {@code from} have. */
    int bytesBelow() {
        return bytesBelow;
    }
}
