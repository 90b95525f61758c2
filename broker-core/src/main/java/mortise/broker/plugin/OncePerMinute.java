package mortise.broker.plugin;

import java.util.concurrent.atomic.AtomicLong;

/** Keeps what may happen at any rate from being said more than once a minute. Thread-safe. */
final class OncePerMinute {
    private static final long SILENCE_NANOS = 60_000_000_000L;

    private final AtomicLong quietUntilNanos;

    /** The first time is due at once. */
    OncePerMinute(long nowNanos) {
        quietUntilNanos = new AtomicLong(nowNanos);
    }

    /** Whether it is time to say it; if so, the next minute is quiet. */
    boolean due(long nowNanos) {
        long until = quietUntilNanos.get();
        return nowNanos - until >= 0
                && quietUntilNanos.compareAndSet(until, nowNanos + SILENCE_NANOS);
    }
}
