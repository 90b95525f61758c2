package mortise.storage.local;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mortise.spi.PluginContext;

/**
 * Disk work that nobody waits for: removing files after their delay, writing checkpoints. One
 * thread does it, which lives only while there is something to do. Thread-safe.
 */
final class Housekeeping implements AutoCloseable {
    private static final Duration IDLE_LIFE = Duration.ofSeconds(5);

    private final PluginContext context;
    private final ThreadPoolExecutor thread;

    Housekeeping(PluginContext context) {
        this.context = context;
        // every task is bounded by what it stands for: a removed log's files, a directory's
        // checkpoint
        this.thread =
                new ThreadPoolExecutor(
                        1,
                        1,
                        IDLE_LIFE.toNanos(),
                        TimeUnit.NANOSECONDS,
                        new LinkedBlockingQueue<>(),
                        context.threads("housekeeping"));
        thread.allowCoreThreadTimeOut(true);
    }

    /** Does something after a delay. */
    void after(Duration delay, Runnable task) {
        if (delay.isZero()) {
            submit(task);
        } else {
            context.timers().schedule(delay, () -> submit(task));
        }
    }

    private void submit(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException closed) {
            // what is left over is found again when the store next starts
            return;
        }
    }

    /** Finishes what has begun; what waits for its time is left for the next start. */
    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        try {
            while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                // a slow disk: the lock must not be given up before it has finished
            }
        } catch (InterruptedException stop) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
