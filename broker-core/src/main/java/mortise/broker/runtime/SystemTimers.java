package mortise.broker.runtime;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timers on one thread of the machine. An action that throws is counted and logged, now and then,
 * and takes no other down.
 */
public final class SystemTimers implements Timers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemTimers.class);

    private final ScheduledThreadPoolExecutor executor;
    private final Failures failures;

    /** Timers whose thread {@code threads} makes. */
    public SystemTimers(ThreadFactory threads, Clock clock, Metrics metrics) {
        failures = Failures.in(metrics, clock, LOG);
        executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable action) {
        if (executor.isShutdown()) {
            return () -> false;
        }
        ScheduledFuture<?> future =
                executor.schedule(
                        () -> failures.contain("an action of a timer", action),
                        delay.toNanos(),
                        TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    /** Forgets everything that has not started. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
