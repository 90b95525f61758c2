package mortise.broker.runtime;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How often something has happened that is worth a line in the log, and whether this time is: the
 * first, second, fourth, eighth and so on. So that whoever can cause it again and again causes few
 * lines, of which each says how many there might have been. Thread-safe.
 */
public final class Recurrence {
    private final AtomicLong times = new AtomicLong();

    /** Counts once more; the number if it is to be logged, else 0. */
    public long count() {
        long now = times.incrementAndGet();
        return Long.bitCount(now) == 1 ? now : 0;
    }
}
