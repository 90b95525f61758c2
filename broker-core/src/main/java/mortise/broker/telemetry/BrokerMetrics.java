package mortise.broker.telemetry;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Family;
import mortise.api.metrics.Histogram;
import mortise.api.metrics.Labels;
import mortise.api.metrics.Metrics;
import mortise.api.metrics.Readings;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Kind;
import mortise.spi.telemetry.MetricFamily.Reading;
import mortise.spi.telemetry.MetricsView;

/** The metrics of one broker, kept in memory until somebody reads them. Thread-safe. */
public final class BrokerMetrics implements Metrics, MetricsView {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");
    private static final String TOTAL = "_total";

    /** What formats for monitoring add to a name by themselves. */
    private static final List<String> RESERVED = List.of("_count", "_sum", "_bucket", "_created");

    /** More metrics than any broker has: the two families below have one series for each. */
    private static final int METRICS = 1_000;

    /** By name without {@code _total}, so that no counter has the name of something else. */
    private final Map<String, Metric> metrics = new ConcurrentSkipListMap<>();

    private final Family<Counter> surplus;
    private final Family<Counter> unreadable;

    /** A registry with nothing but what it says of itself. */
    public BrokerMetrics() {
        CounterFamily beyond =
                new CounterFamily(
                        new Metric.Head(
                                "metrics_surplus_total",
                                "Label values that found no room in the bound of their metric: each look-up of a counter or histogram, which then shares the series named other, and each reading of a gauge, which is left out.",
                                List.of("metric")),
                        METRICS,
                        () -> {});
        metrics.put("metrics_surplus", beyond);
        surplus = beyond;
        unreadable =
                counters(
                        "metrics_unreadable_total",
                        "Times that a gauge failed to say its value and was left out.",
                        Labels.of(METRICS, "metric"));
    }

    @Override
    public Counter counter(String name, String doc) {
        return family(CounterFamily.class, counterFamily(name, doc, List.of(), 1)).with();
    }

    @Override
    public Family<Counter> counters(String name, String doc, Labels labels) {
        return family(
                CounterFamily.class, counterFamily(name, doc, labels.names(), labels.bound()));
    }

    private CounterFamily counterFamily(String name, String doc, List<String> labels, int bound) {
        return new CounterFamily(
                new Metric.Head(checked(name, true), doc, labels), bound, () -> beyond(name));
    }

    @Override
    public Histogram histogram(String name, String doc) {
        return family(HistogramFamily.class, histogramFamily(name, doc, List.of(), 1)).with();
    }

    @Override
    public Family<Histogram> histograms(String name, String doc, Labels labels) {
        return family(
                HistogramFamily.class, histogramFamily(name, doc, labels.names(), labels.bound()));
    }

    private HistogramFamily histogramFamily(
            String name, String doc, List<String> labels, int bound) {
        return new HistogramFamily(
                new Metric.Head(checked(name, false), doc, labels), bound, () -> beyond(name));
    }

    @Override
    public void gauge(String name, String doc, LongSupplier value) {
        gauge(name, doc, List.of(), 1, readings -> readings.read(value.getAsLong()));
    }

    @Override
    public void gauges(String name, String doc, Labels labels, Consumer<Readings> source) {
        gauge(name, doc, labels.names(), labels.bound(), source);
    }

    private void gauge(
            String name, String doc, List<String> labels, int bound, Consumer<Readings> source) {
        GaugeFamily gauges =
                new GaugeFamily(
                        new Metric.Head(checked(name, false), doc, labels),
                        bound,
                        source,
                        () -> beyond(name),
                        () -> unreadable.with(name).increment());
        // the newest source counts: what is opened again reads from what is open now
        GaugeFamily known = family(GaugeFamily.class, gauges);
        if (known != gauges) {
            metrics.replace(name, known, gauges);
        }
    }

    private void beyond(String name) {
        surplus.with(name).increment();
    }

    private <M extends Metric> M family(Class<M> type, M wanted) {
        Metric known = metrics.putIfAbsent(baseName(wanted.head().name()), wanted);
        if (known == null) {
            return wanted;
        }
        if (type.isInstance(known)
                && known.head().name().equals(wanted.head().name())
                && known.head().labels().equals(wanted.head().labels())) {
            return type.cast(known);
        }
        throw new IllegalArgumentException(
                "metric "
                        + wanted.head().name()
                        + " is registered already as the "
                        + known.kind()
                        + " "
                        + known.head().name()
                        + " with the labels "
                        + known.head().labels());
    }

    private static String baseName(String name) {
        return name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name;
    }

    private static String checked(String name, boolean counter) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "metric '" + name + "': want lower case with underscores");
        }
        if (name.endsWith(TOTAL) != counter) {
            throw new IllegalArgumentException(
                    "metric " + name + ": counters end in _total, and nothing else does");
        }
        if (RESERVED.stream().anyMatch(baseName(name)::endsWith)) {
            throw new IllegalArgumentException(
                    "metric " + name + ": the endings " + RESERVED + " are taken by formats");
        }
        return name;
    }

    /** This registry with a prefix before every name. */
    public Metrics prefixed(String prefix) {
        return new PrefixedMetrics(this, prefix);
    }

    @Override
    public List<MetricFamily> read() {
        return metrics.values().stream()
                .map(Metric::read)
                .sorted(Comparator.comparing(MetricFamily::name))
                .toList();
    }

    /** Counters and gauges by name as of now; those with labels as {@code name{label="value"}}. */
    public Map<String, Long> values() {
        Map<String, Long> values = new TreeMap<>();
        for (Metric metric : metrics.values()) {
            if (metric.kind() == Kind.HISTOGRAM) {
                continue;
            }
            MetricFamily family = metric.read();
            for (MetricFamily.Series series : family.series()) {
                if (series.value() instanceof Reading(long value)) {
                    values.put(family.name() + labelled(family, series), value);
                }
            }
        }
        return values;
    }

    private static String labelled(MetricFamily family, MetricFamily.Series series) {
        if (family.labels().isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < family.labels().size(); i++) {
            text.append(i == 0 ? "" : ",")
                    .append(family.labels().get(i))
                    .append("=\"")
                    .append(series.labelValues().get(i))
                    .append('"');
        }
        return text.append('}').toString();
    }

    private record PrefixedMetrics(Metrics target, String prefix) implements Metrics {
        @Override
        public Counter counter(String name, String doc) {
            return target.counter(prefix + name, doc);
        }

        @Override
        public Family<Counter> counters(String name, String doc, Labels labels) {
            return target.counters(prefix + name, doc, labels);
        }

        @Override
        public void gauge(String name, String doc, LongSupplier value) {
            target.gauge(prefix + name, doc, value);
        }

        @Override
        public void gauges(String name, String doc, Labels labels, Consumer<Readings> source) {
            target.gauges(prefix + name, doc, labels, source);
        }

        @Override
        public Histogram histogram(String name, String doc) {
            return target.histogram(prefix + name, doc);
        }

        @Override
        public Family<Histogram> histograms(String name, String doc, Labels labels) {
            return target.histograms(prefix + name, doc, labels);
        }
    }
}
