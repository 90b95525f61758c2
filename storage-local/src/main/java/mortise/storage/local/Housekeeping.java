package mortise.storage.local;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ThreadFactory;
import mortise.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * Disk work that nobody waits for: removing files after their delay, writing checkpoints. One
 * thread does it, which lives only while there is something to do. Thread-safe.
 *
 * <p>Every task is bounded by what it stands for: a removed log's files, a directory's checkpoint.
 */
final class Housekeeping implements AutoCloseable {
    private final PluginContext context;
    private final ThreadFactory threads;

    // guarded by this
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean working;
    private boolean closed;

    Housekeeping(PluginContext context) {
        this.context = context;
        this.threads = context.threads("housekeeping");
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
            if (working) {
                return;
            }
            working = true;
        }
        threads.newThread(this::work).start();
    }

    private void work() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException | Error failed) {
                context.logger().log(Level.ERROR, "housekeeping goes on after " + failed, failed);
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = waiting.poll();
        if (task == null) {
            working = false;
            notifyAll();
        }
        return task;
    }

    /** Finishes what has begun; what waits for its time is left for the next start. */
    @Override
    public synchronized void close() {
        closed = true;
        boolean interrupted = false;
        while (working) { // a slow disk: the lock must not be given up before it has finished
            try {
                wait();
            } catch (InterruptedException stop) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
