package mortise.broker.partition;

/**
 * Where the mailboxes of one log directory are drained: by whoever offers, while writes are quick,
 * or by the drain threads, after a write that was not, until a run of quick ones.
 *
 * <p>Thread-safe. The count of quick writes is a hint: writers of one directory race on it, and a
 * lost update only delays the return.
 */
final class DrainSite {
    private static final int QUICK_WRITES_UNTIL_INLINE = 64;

    private final long limitNanos;
    private volatile boolean slow;
    private volatile int quickWrites;

    DrainSite(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /** Whether only drain threads may drain. */
    boolean workersOnly() {
        return slow;
    }

    /** Notes how long a write took. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // a hint, see above
    void wrote(long nanos) {
        if (nanos > limitNanos) {
            quickWrites = 0;
            slow = true;
        } else if (slow && ++quickWrites >= QUICK_WRITES_UNTIL_INLINE) {
            slow = false;
        }
    }
}
