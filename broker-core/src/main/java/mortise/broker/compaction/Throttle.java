package mortise.broker.compaction;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import mortise.api.Clock;

/**
 * Holds a thread up so that it passes no more than so many bytes a second, read or written, over
 * tenths of a second. Thread-safe: several threads share the rate.
 */
public final class Throttle {
    private static final long WINDOW_NANOS = 100_000_000;
    private static final double NANOS = 1e9;

    private final Clock clock;
    private final double bytesPerSecond;

    // guarded by this
    private long freeAtNanos;
    private boolean begun;

    /**
     * A rate.
     *
     * @param bytesPerSecond infinite for no limit
     */
    public Throttle(Clock clock, double bytesPerSecond) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * Returns when so many bytes may pass, or before long once nobody waits for that any more.
     *
     * @param givenUp whether that is so
     */
    public void pass(int bytes, BooleanSupplier givenUp) {
        if (Double.isInfinite(bytesPerSecond)) {
            return;
        }
        long wait = reserve(bytes);
        long until = clock.nanoTime() + wait;
        while (wait > WINDOW_NANOS
                && !givenUp.getAsBoolean()
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, Math.min(wait, WINDOW_NANOS));
            wait = until - clock.nanoTime();
        }
    }

    private synchronized long reserve(int bytes) {
        long now = clock.nanoTime();
        if (!begun || now - freeAtNanos > WINDOW_NANOS) {
            freeAtNanos = now;
            begun = true;
        }
        long wait = freeAtNanos - now;
        freeAtNanos += (long) (bytes / bytesPerSecond * NANOS);
        return wait;
    }
}
