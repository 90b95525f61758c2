package mortise.spi.telemetry;

import mortise.spi.CalledOn;
import mortise.spi.Caller;

/**
 * The value of a histogram: a copy that does not change. Its figures are within a hundredth of the
 * values that were recorded.
 */
public non-sealed interface Distribution extends MetricFamily.Value {
    /** How many values were recorded. */
    @CalledOn(Caller.ANY)
    long count();

    /** Their sum. It never falls from one copy to the next. */
    @CalledOn(Caller.ANY)
    double sum();

    /** The largest, or 0 if there is none. */
    @CalledOn(Caller.ANY)
    long max();

    /** How many were at most {@code value}. It never falls from one copy to the next. */
    @CalledOn(Caller.ANY)
    long countUpTo(long value);

    /**
     * The value that a share of all values does not exceed, or 0 if there is none.
     *
     * @param share 0 to 1; 0.5 is the median
     */
    @CalledOn(Caller.ANY)
    long quantile(double share);
}
