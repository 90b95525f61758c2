package mortise.junit;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import mortise.api.Clock;

/** Whether bytes may pass now, and how much later than they came. Thread-safe. */
final class NetworkConditions {
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // guarded by the lock
    private boolean paused;
    private long delayNanos;

    /** A network without faults. */
    NetworkConditions(Clock clock) {
        this.clock = clock;
    }

    /** Lets nothing pass until {@link #resume}. */
    void pause() {
        change(() -> paused = true);
    }

    /** Lets what waits pass, and what comes. */
    void resume() {
        change(() -> paused = false);
    }

    /** Has bytes of clients pass that much later than they come. */
    void delay(Duration delay) {
        change(() -> delayNanos = delay.toNanos());
    }

    /** Has everybody who waits look again. */
    void wake() {
        change(() -> {});
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** When something came, by this network's clock. */
    long now() {
        return clock.nanoTime();
    }

    /**
     * Waits until something may pass.
     *
     * @param delayed whether it is subject to the delay
     * @param arrivedNanos when it came
     * @param pointless whether nobody waits for it any more; {@link #wake} has it asked again
     */
    void awaitPassage(boolean delayed, long arrivedNanos, BooleanSupplier pointless)
            throws InterruptedException {
        lock.lock();
        try {
            while (!pointless.getAsBoolean()) {
                if (paused) {
                    changed.await();
                    continue;
                }
                long left = delayed ? arrivedNanos + delayNanos - clock.nanoTime() : 0;
                if (left <= 0) {
                    return;
                }
                changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
