package mortise.broker.telemetry;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Histogram;
import mortise.api.metrics.Metrics;
import org.HdrHistogram.ConcurrentHistogram;

/** The metrics of one broker, kept in memory until somebody reads them. Thread-safe. */
public final class BrokerMetrics implements Metrics {
    /** One minute in nanoseconds: anything longer is noted as that. */
    private static final long LARGEST = 60_000_000_000L;

    private final Map<String, LongAdderCounter> counters = new ConcurrentHashMap<>();
    private final Map<String, LongSupplier> gauges = new ConcurrentHashMap<>();
    private final Map<String, RecordedHistogram> histograms = new ConcurrentHashMap<>();
    private final Map<String, String> docs = new ConcurrentHashMap<>();

    @Override
    public Counter counter(String name, String doc) {
        docs.putIfAbsent(name, doc);
        return counters.computeIfAbsent(name, ignored -> new LongAdderCounter());
    }

    @Override
    public void gauge(String name, String doc, LongSupplier value) {
        docs.putIfAbsent(name, doc);
        gauges.put(name, value);
    }

    @Override
    public Histogram histogram(String name, String doc) {
        docs.putIfAbsent(name, doc);
        return histograms.computeIfAbsent(name, ignored -> new RecordedHistogram());
    }

    /** This registry with a prefix before every name. */
    public Metrics prefixed(String prefix) {
        return new PrefixedMetrics(this, prefix);
    }

    /** What a metric counts. */
    public String doc(String name) {
        return docs.getOrDefault(name, "");
    }

    /** Counters and gauges by name, as of now. */
    public Map<String, Long> values() {
        Map<String, Long> values = new TreeMap<>();
        counters.forEach((name, counter) -> values.put(name, counter.value()));
        gauges.forEach((name, gauge) -> values.put(name, gauge.getAsLong()));
        return values;
    }

    /** The count, median, 99th percentile and maximum of each histogram that was used. */
    public Map<String, Distribution> distributions() {
        Map<String, Distribution> all = new TreeMap<>();
        histograms.forEach((name, histogram) ->
                histogram.distribution().ifPresent(found -> all.put(name, found)));
        return all;
    }

    /** A histogram in four numbers, in the unit of its name. */
    public record Distribution(long count, long p50, long p99, long max) {}

    private static final class LongAdderCounter implements Counter {
        private final LongAdder sum = new LongAdder();

        @Override
        public void add(long amount) {
            sum.add(amount);
        }

        @Override
        public void increment() {
            sum.increment();
        }

        @Override
        public long value() {
            return sum.sum();
        }
    }

    private static final class RecordedHistogram implements Histogram {
        private final ConcurrentHistogram values = new ConcurrentHistogram(LARGEST, 2);

        @Override
        public void record(long value) {
            values.recordValue(Math.clamp(value, 0, LARGEST));
        }

        Optional<Distribution> distribution() {
            long count = values.getTotalCount();
            return count == 0
                    ? Optional.empty()
                    : Optional.of(
                            new Distribution(
                                    count,
                                    values.getValueAtPercentile(50),
                                    values.getValueAtPercentile(99),
                                    values.getMaxValue()));
        }
    }

    private record PrefixedMetrics(Metrics target, String prefix) implements Metrics {
        @Override
        public Counter counter(String name, String doc) {
            return target.counter(prefix + name, doc);
        }

        @Override
        public void gauge(String name, String doc, LongSupplier value) {
            target.gauge(prefix + name, doc, value);
        }

        @Override
        public Histogram histogram(String name, String doc) {
            return target.histogram(prefix + name, doc);
        }
    }
}
