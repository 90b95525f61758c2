package mortise.broker.telemetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import mortise.api.metrics.Readings;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Reading;
import mortise.spi.telemetry.MetricFamily.Series;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gauges of one name, read from where the values are. Thread-safe. */
final class GaugeFamily implements Metric {
    private static final Logger LOG = LoggerFactory.getLogger(GaugeFamily.class);

    private final Head head;
    private final int bound;
    private final Consumer<Readings> source;
    private final Runnable surplus;
    private final Runnable unreadable;
    private volatile boolean failed;

    /**
     * Gauges that {@code source} reads.
     *
     * @param surplus called for each value beyond the bound
     * @param unreadable called each time that the source throws
     */
    GaugeFamily(
            Head head,
            int bound,
            Consumer<Readings> source,
            Runnable surplus,
            Runnable unreadable) {
        this.head = head;
        this.bound = bound;
        this.source = source;
        this.surplus = surplus;
        this.unreadable = unreadable;
    }

    @Override
    public Head head() {
        return head;
    }

    @Override
    public MetricFamily.Kind kind() {
        return MetricFamily.Kind.GAUGE;
    }

    @Override
    public List<Series> series() {
        List<Series> series = new ArrayList<>();
        try {
            source.accept((value, labelValues) -> add(series, value, labelValues));
        } catch (RuntimeException failure) {
            unreadable.run();
            if (!failed) {
                failed = true;
                LOG.warn("metric {} cannot be read and is left out", head.name(), failure);
            }
            return List.of();
        }
        return series;
    }

    private void add(List<Series> series, long value, String... labelValues) {
        if (labelValues.length != head.labels().size()) {
            throw new IllegalArgumentException(
                    "metric "
                            + head.name()
                            + " has the labels "
                            + head.labels()
                            + ", not "
                            + Arrays.toString(labelValues));
        }
        if (series.size() < bound) {
            series.add(new Series(List.of(labelValues), new Reading(value)));
        } else {
            surplus.run();
        }
    }
}
