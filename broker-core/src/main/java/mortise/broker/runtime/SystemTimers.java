package mortise.broker.runtime;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import mortise.api.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Timers on one thread of the machine. An action that throws is logged and takes no other down. */
public final class SystemTimers implements Timers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemTimers.class);

    private final ScheduledThreadPoolExecutor executor;

    /** Timers whose thread {@code threads} makes. */
    public SystemTimers(ThreadFactory threads) {
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
                executor.schedule(() -> runLogged(action), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    private static void runLogged(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException failure) {
            LOG.error("a timer's action failed", failure);
        }
    }

    /** Forgets everything that has not started. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
