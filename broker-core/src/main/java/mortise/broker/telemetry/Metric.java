package mortise.broker.telemetry;

import java.util.Comparator;
import java.util.List;
import mortise.api.metrics.MetricUnit;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Series;

/** One registered metric with all its series. Thread-safe. */
sealed interface Metric permits CounterFamily, HistogramFamily, GaugeFamily {
    /** What does not change about it. */
    record Head(String name, String doc, List<String> labels) {}

    /** What does not change about it. */
    Head head();

    /** What its values mean. */
    MetricFamily.Kind kind();

    /** Its series as of now, in any order. */
    List<Series> series();

    /** The metric as of now. */
    default MetricFamily read() {
        Head head = head();
        return new MetricFamily(
                head.name(),
                kind(),
                MetricUnit.of(head.name()),
                head.doc(),
                head.labels(),
                series().stream().sorted(BY_LABELS).toList());
    }

    /** The order of series: by their values, one label after the other. */
    Comparator<Series> BY_LABELS =
            (left, right) -> {
                for (int i = 0; i < left.labelValues().size(); i++) {
                    int order = left.labelValues().get(i).compareTo(right.labelValues().get(i));
                    if (order != 0) {
                        return order;
                    }
                }
                return 0;
            };
}
