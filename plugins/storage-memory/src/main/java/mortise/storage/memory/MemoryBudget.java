package mortise.storage.memory;

import java.util.concurrent.atomic.AtomicLong;

/** How much heap all logs of a store may take together. Thread-safe. */
final class MemoryBudget {
    private final long most;
    private final AtomicLong used = new AtomicLong();

    MemoryBudget(long most) {
        this.most = most;
    }

    /** The bound. */
    long most() {
        return most;
    }

    /** How much is taken now; sidecars may take it beyond the bound. */
    long used() {
        return used.get();
    }

    /** Takes so many bytes, or nothing if there are not that many left. */
    boolean take(long bytes) {
        long now = used.get();
        while (now + bytes <= most) {
            long met = used.compareAndExchange(now, now + bytes);
            if (met == now) {
                return true;
            }
            now = met;
        }
        return false;
    }

    /** Takes so many bytes even beyond the bound: for what is small and must not be refused. */
    void force(long bytes) {
        used.addAndGet(bytes);
    }

    /** Gives bytes back. */
    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }
}
