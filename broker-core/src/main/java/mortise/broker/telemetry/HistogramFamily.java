package mortise.broker.telemetry;

import java.util.List;
import mortise.api.metrics.Family;
import mortise.api.metrics.Histogram;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Series;

/** Histograms of one name. Thread-safe. */
final class HistogramFamily implements Metric, Family<Histogram> {
    private final Head head;
    private final Members<RecordedHistogram> members;

    HistogramFamily(Head head, int bound, Runnable surplus) {
        this.head = head;
        this.members = new Members<>(head, bound, RecordedHistogram::new, surplus);
    }

    @Override
    public Histogram with(String... values) {
        return members.with(values);
    }

    @Override
    public Head head() {
        return head;
    }

    @Override
    public MetricFamily.Kind kind() {
        return MetricFamily.Kind.HISTOGRAM;
    }

    @Override
    public List<Series> series() {
        return members.read(RecordedHistogram::copy);
    }
}
