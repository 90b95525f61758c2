package mortise.broker.runtime;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes daemon platform threads called {@code <role>-<n>}, counted from 0. */
public final class NamedThreads implements ThreadFactory {
    private final String role;
    private final AtomicInteger next = new AtomicInteger();

    /** Threads for this role. */
    public NamedThreads(String role) {
        this.role = role;
    }

    @Override
    public Thread newThread(Runnable task) {
        return Thread.ofPlatform()
                .daemon(true)
                .name(role + "-" + next.getAndIncrement())
                .unstarted(task);
    }
}
