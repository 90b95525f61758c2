package mortise.tck.telemetry;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import mortise.api.metrics.MetricUnit;
import mortise.spi.telemetry.Distribution;
import mortise.spi.telemetry.Health;
import mortise.spi.telemetry.Health.Reason;
import mortise.spi.telemetry.HealthView;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Kind;
import mortise.spi.telemetry.MetricFamily.Reading;
import mortise.spi.telemetry.MetricFamily.Series;
import mortise.spi.telemetry.MetricsView;

/**
 * A broker that an exporter may read: one metric of each kind, with and without labels, with text
 * that formats have to escape, without a series, and not ready. Thread-safe.
 */
public final class SampleTelemetry implements MetricsView, HealthView {
    private final AtomicInteger reads = new AtomicInteger();
    private volatile boolean closed;

    /** A broker that has begun to start. */
    public SampleTelemetry() {}

    /** How often its metrics were read. */
    public int reads() {
        return reads.get();
    }

    /** From now on nobody may read. */
    void close() {
        closed = true;
    }

    private void open() {
        if (closed) {
            throw new AssertionError("a view was read after the exporter was closed");
        }
    }

    @Override
    public List<MetricFamily> read() {
        open();
        reads.incrementAndGet();
        return List.of(
                family("a_bytes_total", Kind.COUNTER, List.of(), series(new Reading(12))),
                family(
                        "b",
                        Kind.GAUGE,
                        List.of("path", "state"),
                        series(new Reading(-1), "C:\\logs \"a\"\nb", ""),
                        series(new Reading(Long.MAX_VALUE), "d", "other")),
                family("c_nanos", Kind.HISTOGRAM, List.of(), series(new Values(1, 9, 9_000_000))),
                family(
                        "d_batches",
                        Kind.HISTOGRAM,
                        List.of("api"),
                        series(new Values(), "Produce")),
                family("e", Kind.GAUGE, List.of("label")));
    }

    private static MetricFamily family(
            String name, Kind kind, List<String> labels, Series... series) {
        return new MetricFamily(
                name,
                kind,
                MetricUnit.of(name),
                "A \"sentence\"\nwith a back\\slash.",
                labels,
                List.of(series));
    }

    private static Series series(MetricFamily.Value value, String... labelValues) {
        return new Series(List.of(labelValues), value);
    }

    @Override
    public Health alive() {
        open();
        return Health.GOOD;
    }

    @Override
    public Health ready() {
        open();
        return new Health(List.of(new Reason("starting", "The broker \"starts\".")));
    }

    /** A distribution of a few values. */
    private static final class Values implements Distribution {
        private final List<Long> values;

        Values(long... values) {
            this.values = LongStream.of(values).sorted().boxed().toList();
        }

        @Override
        public long count() {
            return values.size();
        }

        @Override
        public double sum() {
            return values.stream().mapToLong(Long::longValue).sum();
        }

        @Override
        public long max() {
            return values.isEmpty() ? 0 : values.getLast();
        }

        @Override
        public long countUpTo(long value) {
            return values.stream().filter(one -> one <= value).count();
        }

        @Override
        public long quantile(double share) {
            int rank = (int) Math.ceil(share * values.size());
            return values.isEmpty() ? 0 : values.get(Math.max(0, rank - 1));
        }
    }
}
