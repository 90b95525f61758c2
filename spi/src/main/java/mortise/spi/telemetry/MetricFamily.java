package mortise.spi.telemetry;

import java.util.List;
import mortise.api.metrics.MetricUnit;

/**
 * One metric and its values.
 *
 * @param name lower case with underscores, unique in its broker; plugins' names begin with theirs
 * @param kind what its values mean
 * @param unit what its values measure
 * @param doc a sentence that says what it counts
 * @param labels the names of its labels; empty if it has one series
 * @param series its values, by label values in ascending order; empty if nothing was counted yet
 */
public record MetricFamily(
        String name,
        Kind kind,
        MetricUnit unit,
        String doc,
        List<String> labels,
        List<Series> series) {
    /** What the values of a metric mean. */
    public enum Kind {
        /** They only grow. */
        COUNTER,
        /** They are as of now. */
        GAUGE,
        /** They are distributions that only grow. */
        HISTOGRAM
    }

    /** What one series says now. */
    public sealed interface Value permits Reading, Distribution {}

    /** The value of a counter or gauge. */
    public record Reading(long value) implements Value {}

    /**
     * One value and what it belongs to.
     *
     * @param labelValues one for each of the metric's labels
     */
    public record Series(List<String> labelValues, Value value) {
        public Series {
            labelValues = List.copyOf(labelValues);
        }
    }

    public MetricFamily {
        labels = List.copyOf(labels);
        series = List.copyOf(series);
    }
}
