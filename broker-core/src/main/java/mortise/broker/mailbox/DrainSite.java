package mortise.broker.mailbox;

/**
 * Where the mailboxes whose owners write to one device are drained: by whoever offers, while writes
 * are quick, or by the drain threads, after a write that was not, until a run of quick ones.
 *
 * <p>Thread-safe. The count of quick writes is a hint: writers to one device race on it, and a lost
 * update only delays the return.
 */
public final class DrainSite {
    private static final int QUICK_WRITES_UNTIL_INLINE = 64;

    private final long limitNanos;
    private volatile boolean slow;
    private volatile int quickWrites;

    /** Inline, until a write takes longer than {@code limitNanos}. */
    public DrainSite(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /** Whether only drain threads may drain. */
    public boolean workersOnly() {
        return slow;
    }

    /** Notes how long a write took. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // a hint, see above
    public void wrote(long nanos) {
        if (nanos > limitNanos) {
            quickWrites = 0;
            slow = true;
        } else if (slow && ++quickWrites >= QUICK_WRITES_UNTIL_INLINE) {
            slow = false;
        }
    }
}
