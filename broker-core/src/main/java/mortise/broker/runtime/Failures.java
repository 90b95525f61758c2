package mortise.broker.runtime;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import mortise.api.Clock;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Metrics;
import org.slf4j.Logger;

/**
 * Tells of actions that threw though nobody expected it, where the thread that ran them must go on:
 * each is counted, and one a minute is logged with its trace and the number that was left out.
 * Thread-safe.
 */
public final class Failures {
    private static final long QUIET_NANOS = 60_000_000_000L;
    private static final long NEVER = Long.MIN_VALUE;

    private final Logger log;
    private final LongSupplier nanoTime;
    private final Counter counter;
    private final AtomicLong loggedAt = new AtomicLong(NEVER);
    private final AtomicLong leftOut = new AtomicLong();

    /**
     * None yet.
     *
     * @param counter counts every one of them
     */
    public Failures(Logger log, LongSupplier nanoTime, Counter counter) {
        this.log = log;
        this.nanoTime = nanoTime;
        this.counter = counter;
    }

    /** Those that are counted under the broker's name for them. */
    public static Failures in(Metrics metrics, Clock clock, Logger log) {
        return new Failures(
                log,
                clock::nanoTime,
                metrics.counter(
                        "background_failures_total",
                        "Actions of timers and background threads that failed in a way nobody expected; the thread went on."));
    }

    /** Runs an action; what it throws is told of and goes no further. */
    public void contain(String what, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error failure) {
            note(what, failure);
        }
    }

    /** Counts a failure, and logs it if none was logged for a while. */
    public void note(String what, Throwable failure) {
        counter.increment();
        long now = nanoTime.getAsLong();
        long last = loggedAt.get();
        if ((last != NEVER && now - last < QUIET_NANOS) || !loggedAt.compareAndSet(last, now)) {
            leftOut.incrementAndGet();
            return;
        }
        log.error(
                "{} failed, which nobody expected; it goes on ({} more failures were not logged)",
                what,
                leftOut.getAndSet(0),
                failure);
    }
}
