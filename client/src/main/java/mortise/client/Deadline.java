package mortise.client;

import java.time.Duration;

/**
 * The moment by which a call has ended, whatever it takes: every connection, every request, every
 * pause between attempts. Immutable.
 */
final class Deadline {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ClientTime time;
    private final Duration timeout;
    private final long endNanos;

    private Deadline(ClientTime time, Duration timeout) {
        this.time = time;
        this.timeout = timeout;
        this.endNanos = time.nanoTime() + timeout.toNanos();
    }

    /** So long from now. */
    static Deadline after(ClientTime time, Duration timeout) {
        return new Deadline(time, timeout);
    }

    /** How long the whole call may take, for messages. */
    Duration timeout() {
        return timeout;
    }

    /** What is left; not positive once the moment has passed. */
    long remainingNanos() {
        return endNanos - time.nanoTime();
    }

    /** What is left, rounded up, as the protocol and the sockets want it: at least 1. */
    int remainingMillis() {
        long millis = (remainingNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
        return Math.clamp(millis, 1, Integer.MAX_VALUE);
    }
}
