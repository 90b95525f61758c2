package mortise.api.metrics;

import java.util.function.LongSupplier;

/**
 * Where counters, gauges and histograms are registered. Thread-safe. Asking for a name twice gives
 * the same object; a name is lower case with underscores and ends in its unit ({@code _bytes},
 * {@code _nanos}) or, for counters, {@code _total}.
 */
public interface Metrics {
    /** A number that only grows. */
    Counter counter(String name, String doc);

    /** A number that is read when somebody looks. {@code value} must neither block nor throw. */
    void gauge(String name, String doc, LongSupplier value);

    /** A distribution of durations or sizes. */
    Histogram histogram(String name, String doc);

    /** Metrics that nobody reads. */
    static Metrics discarding() {
        return DiscardedMetrics.INSTANCE;
    }
}
