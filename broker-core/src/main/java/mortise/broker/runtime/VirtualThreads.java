package mortise.broker.runtime;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@link Blocking} on virtual threads. At most {@code bound} tasks run at once; the others wait as
 * parked virtual threads, which cost a few hundred bytes each.
 */
public final class VirtualThreads implements Blocking {
    private final Semaphore permits;
    private final AtomicInteger running = new AtomicInteger();
    private final Thread.Builder.OfVirtual threads;

    /**
     * At most {@code bound} tasks at once.
     *
     * @param role the name of their threads
     */
    public VirtualThreads(String role, int bound) {
        permits = new Semaphore(bound);
        threads = Thread.ofVirtual().name(role).inheritInheritableThreadLocals(false);
    }

    @Override
    public <T> CompletionStage<T> run(String what, Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        running.incrementAndGet();
        Thread thread = threads.unstarted(() -> runPermitted(task, result));
        // not that of a plugin in whose call the task came up
        thread.setContextClassLoader(VirtualThreads.class.getClassLoader());
        thread.start();
        return result;
    }

    private <T> void runPermitted(Callable<T> task, CompletableFuture<T> result) {
        permits.acquireUninterruptibly();
        T value;
        try {
            value = task.call();
        } catch (Exception | Error failure) {
            permits.release();
            running.decrementAndGet();
            result.completeExceptionally(failure);
            return;
        }
        permits.release();
        running.decrementAndGet();
        result.complete(value);
    }

    /** How many tasks run or wait. */
    public int pending() {
        return running.get();
    }
}
