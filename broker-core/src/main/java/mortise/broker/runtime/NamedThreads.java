package mortise.broker.runtime;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes daemon platform threads called {@code <role>-<n>}, counted from 0. They are the same
 * whoever makes them: a pool may first need a thread within a plugin's call, and neither the
 * plugin's class loader nor its thread locals may come along.
 */
public final class NamedThreads implements ThreadFactory {
    private final String role;
    private final AtomicInteger next = new AtomicInteger();

    /** Threads for this role. */
    public NamedThreads(String role) {
        this.role = role;
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread =
                Thread.ofPlatform()
                        .daemon(true)
                        .name(role + "-" + next.getAndIncrement())
                        .inheritInheritableThreadLocals(false)
                        .unstarted(task);
        thread.setContextClassLoader(NamedThreads.class.getClassLoader());
        return thread;
    }
}
