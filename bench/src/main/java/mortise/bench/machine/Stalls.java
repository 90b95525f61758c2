package mortise.bench.machine;

import java.util.concurrent.locks.LockSupport;
import mortise.api.Clock;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * The machine's own stalls: a thread that only sleeps and notes by how much it woke up late. What
 * it notes nobody but the machine has caused, so no system can be better (the idea is jHiccup's).
 */
public final class Stalls implements AutoCloseable {
    private static final long SLEEP_NANOS = 1_000_000;
    private static final long LONGEST_MICROS = 3_600_000_000L;

    private final Clock clock;
    private final Histogram lateMicros = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final Thread thread;
    private volatile boolean stopped;

    private Stalls(Clock clock) {
        this.clock = clock;
        thread = Thread.ofPlatform().daemon().name("bench-stalls").unstarted(this::watch);
    }

    /** Watches from now on. */
    public static Stalls watching(Clock clock) {
        Stalls stalls = new Stalls(clock);
        stalls.thread.start();
        return stalls;
    }

    private void watch() {
        while (!stopped) {
            long begun = clock.nanoTime();
            LockSupport.parkNanos(SLEEP_NANOS);
            long late = clock.nanoTime() - begun - SLEEP_NANOS;
            lateMicros.recordValueWithExpectedInterval(
                    Math.clamp(late / 1_000, 0, LONGEST_MICROS), SLEEP_NANOS / 1_000);
        }
    }

    /** How late it woke up so far, in microseconds. */
    public Histogram lateMicros() {
        return lateMicros.copy();
    }

    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
    }
}
