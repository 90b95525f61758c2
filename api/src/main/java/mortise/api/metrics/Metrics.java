package mortise.api.metrics;

import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Where counters, gauges and histograms are registered. Thread-safe. Asking for a name twice gives
 * the same object. A name is lower case with underscores. A counter ends in {@code _total}, with
 * its unit before that ({@code _bytes_total}); gauges and histograms end in their unit ({@code
 * _bytes}, {@code _nanos}, {@link MetricUnit}) or in what they count.
 *
 * <p>Every method throws {@link IllegalArgumentException} for a name of another form, and for one
 * that was registered as something else.
 */
public interface Metrics {
    /** A number that only grows. */
    Counter counter(String name, String doc);

    /** Numbers that only grow, kept apart by labels. */
    Family<Counter> counters(String name, String doc, Labels labels);

    /** A number that is read when somebody looks. {@code value} must neither block nor throw. */
    void gauge(String name, String doc, LongSupplier value);

    /**
     * Numbers that are read when somebody looks, kept apart by labels.
     *
     * @param source gives every value there is now; it may take milliseconds, but must neither wait
     *     for others nor throw
     */
    void gauges(String name, String doc, Labels labels, Consumer<Readings> source);

    /** A distribution of durations or sizes. */
    Histogram histogram(String name, String doc);

    /** Distributions, kept apart by labels. */
    Family<Histogram> histograms(String name, String doc, Labels labels);

    /** Metrics that nobody reads. */
    static Metrics discarding() {
        return DiscardedMetrics.INSTANCE;
    }
}
