package mortise.broker.runtime;

import java.time.Duration;
import mortise.api.Timers;
import org.jspecify.annotations.Nullable;

/**
 * An action that is run every so often until it is closed, whatever it throws: the next run is
 * scheduled before this one begins, and a failure is told of and contained. Thread-safe.
 *
 * <p>Runs never overlap on timers of one thread; the action must not block, as {@link Timers} ask.
 */
public final class Periodic implements AutoCloseable {
    private final String what;
    private final Duration interval;
    private final Runnable action;
    private final Timers timers;
    private final Failures failures;

    // guarded by this
    private Timers.@Nullable Scheduled next;
    private boolean closed;

    private Periodic(
            String what, Duration interval, Runnable action, Timers timers, Failures failures) {
        this.what = what;
        this.interval = interval;
        this.action = action;
        this.timers = timers;
        this.failures = failures;
    }

    /**
     * Runs an action for the first time after one interval.
     *
     * @param what the action, for log lines: "looking for old data"
     */
    public static Periodic start(
            String what, Duration interval, Runnable action, Timers timers, Failures failures) {
        Periodic periodic = new Periodic(what, interval, action, timers, failures);
        periodic.schedule();
        return periodic;
    }

    private synchronized boolean schedule() {
        if (!closed) {
            next = timers.schedule(interval, this::run);
        }
        return !closed;
    }

    private void run() {
        if (schedule()) {
            failures.contain(what, action);
        }
    }

    /** Runs it no more; a run that has begun ends by itself. */
    @Override
    public synchronized void close() {
        closed = true;
        if (next != null) {
            next.cancel();
        }
    }
}
