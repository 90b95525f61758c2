package mortise.broker.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks in order, never two at once, on a virtual thread that lives while there are some.
 * Thread-safe. The counter moves from 0 by whoever begins the thread and back to 0 by the thread's
 * end, so each task sees what the one before it wrote.
 */
final class SerialVirtualThread implements Executor {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final Thread.Builder.OfVirtual threads;
    private final String what;
    private final Failures unexpected;

    SerialVirtualThread(String role, Failures unexpected) {
        this.threads = Thread.ofVirtual().name(role).inheritInheritableThreadLocals(false);
        this.what = "a step of " + role;
        this.unexpected = unexpected;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (pending.getAndIncrement() == 0) {
            Thread thread = threads.unstarted(this::run);
            // not that of a plugin in whose call the task came up
            thread.setContextClassLoader(SerialVirtualThread.class.getClassLoader());
            thread.start();
        }
    }

    private void run() {
        do {
            // in the queue before it was counted
            unexpected.contain(what, tasks.remove());
        } while (pending.decrementAndGet() > 0);
    }
}
