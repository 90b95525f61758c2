package mortise.storage.local;

/**
 * What the headers of a segment's batches must satisfy from one to the next, while they are walked:
 * offsets go forwards and stay within the segment. A header that is rotten is told from a sound one
 * that way before anybody is led astray by it. Confined to one walk.
 */
final class HeaderOrder {
    private final Segment segment;
    private final long nextBase;
    private long next;
    private long expectedLast;

    /**
     * @param from where the walk begins
     * @param nextBase where the offsets of the next segment begin
     */
    HeaderOrder(Segment segment, Segment.Border from, long nextBase) {
        this.segment = segment;
        this.nextBase = nextBase;
        this.next = segment.baseOffset();
        this.expectedLast = from.lastOffset();
    }

    /** Looks at the batch that the walk came to. */
    void check(BatchWalk walk) throws CorruptFileException {
        long last = walk.lastOffset();
        boolean named = expectedLast < 0 || last == expectedLast;
        if (!named || walk.baseOffset() < next || last < walk.baseOffset() || last >= nextBase) {
            throw new CorruptFileException(
                    "segment "
                            + segment
                            + ": the batch at "
                            + walk.position()
                            + " says offsets "
                            + walk.baseOffset()
                            + " to "
                            + last
                            + (named
                                    ? "; they must lie between "
                                            + next
                                            + (nextBase == Long.MAX_VALUE
                                                    ? " and the end of the log"
                                                    : " and " + (nextBase - 1))
                                    : "; its index has it end at " + expectedLast));
        }
        expectedLast = -1;
        next = last + 1;
    }

    /**
     * Looks at the header behind the batch that was checked last: one of the two is rotten if that
     * one reaches beyond it.
     */
    void checkFollower(int position, long baseOffset) throws CorruptFileException {
        if (baseOffset >= 0 && baseOffset < next) {
            throw new CorruptFileException(
                    "segment "
                            + segment
                            + ": the batch at "
                            + position
                            + " says that it begins with offset "
                            + baseOffset
                            + ", and the one before it that it ends at "
                            + (next - 1));
        }
    }
}
