package mortise.simulation.world;

import java.util.random.RandomGenerator;

/** Durations out of a seed: mostly near the short end, now and then long. */
public final class Delays {
    private Delays() {}

    /** A duration between the two, on a logarithmic scale. */
    public static long between(RandomGenerator random, long shortestNanos, long longestNanos) {
        if (longestNanos <= shortestNanos) {
            return shortestNanos;
        }
        double factor = (double) longestNanos / Math.max(1, shortestNanos);
        double stretch = StrictMath.pow(factor, random.nextDouble());
        return Math.min(longestNanos, (long) (Math.max(1, shortestNanos) * stretch));
    }

    /** Milliseconds in nanoseconds. */
    public static long millis(long millis) {
        return millis * 1_000_000;
    }

    /** Microseconds in nanoseconds. */
    public static long micros(long micros) {
        return micros * 1_000;
    }

    /** Seconds in nanoseconds. */
    public static long seconds(long seconds) {
        return millis(seconds * 1_000);
    }
}
