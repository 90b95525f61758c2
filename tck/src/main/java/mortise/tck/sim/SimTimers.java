package mortise.tck.sim;

import java.time.Duration;
import mortise.api.Timers;

/**
 * Timers that fire on the thread that moves their {@link SimClock}. One per simulated process, so
 * that {@link #stop} silences a process that has crashed. Thread-safe.
 */
public final class SimTimers implements Timers {
    private static final Scheduled NEVER = () -> false;

    private final SimClock clock;
    private volatile boolean stopped;

    /** Timers on this clock. */
    public SimTimers(SimClock clock) {
        this.clock = clock;
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable action) {
        return stopped ? NEVER : clock.enqueue(this, delay, action);
    }

    /** How many actions wait. */
    public int pending() {
        return clock.pending(this);
    }

    /** Drops what waits and takes nothing more, as if the process had ended. */
    public void stop() {
        stopped = true;
        clock.removeAll(this);
    }
}
