package mortise.storage.local;

import java.util.concurrent.atomic.AtomicLong;

/** How many batch positions all logs of a store may remember together. Thread-safe. */
final class RecentBudget {
    private final long most;
    private final AtomicLong used = new AtomicLong();

    RecentBudget(long most) {
        this.most = most;
    }

    /** Takes room for so many positions; false if there is not that much left. */
    boolean take(int positions) {
        if (used.addAndGet(positions) <= most) {
            return true;
        }
        used.addAndGet(-positions);
        return false;
    }

    /** Takes room even beyond the bound: for the little that every log must have. */
    void force(int positions) {
        used.addAndGet(positions);
    }

    /** Gives room back. */
    void giveBack(int positions) {
        used.addAndGet(-positions);
    }

    /** How many positions are remembered now. */
    long used() {
        return used.get();
    }
}
