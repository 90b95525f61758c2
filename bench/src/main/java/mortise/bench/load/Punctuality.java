package mortise.bench.load;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Whether the driver kept its own timeline: how late each record was offered, without the time for
 * which the broker, or the client on its behalf, made the driver wait. Thread-safe.
 */
public final class Punctuality {
    /** A driver that is later than this at the 99th percentile has measured itself. */
    private static final long TOLERATED_MICROS = 10_000;

    private static final long LONGEST_MICROS = 3_600_000_000L;

    private final Window window;
    private volatile double busyShare;
    private final Histogram lateMicros = new ConcurrentHistogram(LONGEST_MICROS, 3);

    Punctuality(Window window) {
        this.window = window;
    }

    /** Notes that something was offered so late, by the driver's own fault. */
    void late(long nowNanos, long nanos) {
        if (!window.contains(nowNanos)) {
            return;
        }
        lateMicros.recordValue(Math.clamp(nanos / 1_000, 0, LONGEST_MICROS));
    }

    /** Says how much of the window the driver's one thread worked, if it has but one. */
    void worked(double share) {
        busyShare = share;
    }

    /** How much of the window the driver's one thread worked; 0 if it has several. */
    double busyShare() {
        return busyShare;
    }

    /** Whether the run says something about the broker. */
    public boolean kept() {
        return lateMicros.getTotalCount() == 0
                || lateMicros.getValueAtPercentile(99) <= TOLERATED_MICROS;
    }

    /** How late the driver itself was, in microseconds. */
    public Histogram lateMicros() {
        return lateMicros.copy();
    }
}
