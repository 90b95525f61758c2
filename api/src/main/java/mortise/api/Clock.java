package mortise.api;

/**
 * The two clocks of a broker. Handed in everywhere, so that a simulation drives them.
 *
 * <p>Thread-safe. {@link #nanoTime()} never goes backwards; {@link #wallMillis()} may, whenever an
 * operator or NTP sets the machine's time.
 */
public interface Clock {
    /** Milliseconds since the epoch, as record timestamps and retention use them. */
    long wallMillis();

    /** Monotonic nanoseconds with an arbitrary origin, for durations and deadlines. */
    long nanoTime();

    /** The machine's own clocks. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
