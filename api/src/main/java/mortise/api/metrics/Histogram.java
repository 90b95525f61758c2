package mortise.api.metrics;

/** A distribution. Wait-free; any thread. */
public interface Histogram {
    /**
     * Notes one value, in the unit that the metric's name ends with; negative values count as 0.
     */
    void record(long value);
}
