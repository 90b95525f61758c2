package mortise.metrics.prometheus;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import mortise.api.metrics.MetricUnit;
import mortise.spi.telemetry.Distribution;
import mortise.spi.telemetry.Health;
import mortise.spi.telemetry.HealthView;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Kind;
import mortise.spi.telemetry.MetricFamily.Reading;
import mortise.spi.telemetry.MetricFamily.Series;
import mortise.spi.telemetry.MetricsView;

/** A broker that says what a test puts in. */
final class FakeView implements MetricsView, HealthView {
    final List<MetricFamily> families = new ArrayList<>();
    Runnable whileReading = () -> {};
    volatile Health alive = Health.GOOD;
    volatile Health ready = Health.GOOD;

    /** One counter, gauge and histogram, with labels and text that have to be escaped. */
    static FakeView ordinary() {
        FakeView view = new FakeView();
        view.add(
                "net_sent_bytes_total",
                Kind.COUNTER,
                "Bytes \"sent\".",
                List.of(),
                new Series(List.of(), new Reading(12)));
        view.add(
                "directory_state",
                Kind.GAUGE,
                "A back\\slash\nand a line.",
                List.of("path"),
                new Series(List.of("C:\\logs \"a\"\nb"), new Reading(-1)));
        view.add(
                "start_nanos",
                Kind.GAUGE,
                "Time.",
                List.of(),
                new Series(List.of(), new Reading(1_500_000_000)));
        view.add(
                "append_nanos",
                Kind.HISTOGRAM,
                "Appends.",
                List.of("api"),
                new Series(List.of("Produce"), values(9_000, 1_000_000, 90_000_000_000L)),
                new Series(List.of("other"), values()));
        view.add(
                "set_batches",
                Kind.HISTOGRAM,
                "Batches.",
                List.of(),
                new Series(List.of(), values(1, 5, 5, 9_999)));
        view.add(
                "frame_bytes",
                Kind.HISTOGRAM,
                "Frames.",
                List.of(),
                new Series(List.of(), values(100, 5_000_000)));
        view.add("unused", Kind.GAUGE, "Nothing yet.", List.of("l"));
        return view;
    }

    void add(String name, Kind kind, String doc, List<String> labels, Series... series) {
        families.add(
                new MetricFamily(name, kind, MetricUnit.of(name), doc, labels, List.of(series)));
    }

    /** A distribution of exactly these values. */
    static Distribution values(long... values) {
        return new Distribution() {
            @Override
            public long count() {
                return values.length;
            }

            @Override
            public double sum() {
                return LongStream.of(values).sum();
            }

            @Override
            public long max() {
                return LongStream.of(values).max().orElse(0);
            }

            @Override
            public long countUpTo(long value) {
                return LongStream.of(values).filter(one -> one <= value).count();
            }

            @Override
            public long quantile(double share) {
                throw new UnsupportedOperationException("pages show buckets");
            }
        };
    }

    @Override
    public List<MetricFamily> read() {
        whileReading.run();
        return List.copyOf(families);
    }

    @Override
    public Health alive() {
        return alive;
    }

    @Override
    public Health ready() {
        return ready;
    }
}
