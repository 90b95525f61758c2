package mortise.storage.local;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import mortise.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * Disk work that nobody waits for: removing files after their delay, writing checkpoints. A serial
 * executor does it, one task at a time. Thread-safe.
 *
 * <p>Every task is bounded by what it stands for: a removed log's files, a directory's checkpoint.
 */
final class Housekeeping implements AutoCloseable {
    private final PluginContext context;
    private final Executor executor;

    /** Held while a task runs. */
    private final ReentrantLock working = new ReentrantLock();

    // guarded by this
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean closed;

    Housekeeping(PluginContext context) {
        this.context = context;
        this.executor = context.serial("housekeeping");
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
        synchronized (this) {
            if (closed) {
                return; // what is left over is found again when the store next starts
            }
            waiting.add(task);
        }
        executor.execute(this::workOne);
    }

    /** Does the first of what waits, if the end has not done it. */
    private void workOne() {
        working.lock();
        try {
            Runnable task = next();
            if (task != null) {
                run(task);
            }
        } finally {
            working.unlock();
        }
    }

    private synchronized @Nullable Runnable next() {
        return waiting.poll();
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error failed) {
            context.logger().log(Level.ERROR, "housekeeping goes on after " + failed, failed);
        }
    }

    /** Finishes what is due; what waits for its time is left for the next start. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        working.lock(); // a slow disk: the directory must not be given up before it has finished
        try {
            for (Runnable task = next(); task != null; task = next()) {
                run(task);
            }
        } finally {
            working.unlock();
        }
    }
}
