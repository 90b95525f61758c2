package mortise.broker.partition;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many idempotent producers all partitions of a broker remember together, each counted once per
 * partition. A client that begins a new producer for every few records would fill the heap
 * otherwise, whatever the bound of one partition is. Thread-safe.
 */
final class RememberedProducers {
    private final long most;
    private final AtomicLong count = new AtomicLong();

    /** None yet; at most so many are wanted. */
    RememberedProducers(long most) {
        this.most = most;
    }

    /** The count of partitions that stand alone. */
    static RememberedProducers unbounded() {
        return new RememberedProducers(Long.MAX_VALUE);
    }

    void changed(int by) {
        if (by != 0) {
            count.addAndGet(by);
        }
    }

    /** Whether a partition must forget some before it remembers more. */
    boolean full() {
        return count.get() >= most;
    }

    long count() {
        return count.get();
    }
}
