package mortise.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Family;
import mortise.api.metrics.Histogram;
import mortise.api.metrics.Labels;
import mortise.api.metrics.MetricUnit;
import mortise.spi.telemetry.Distribution;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Kind;
import mortise.spi.telemetry.MetricFamily.Reading;
import mortise.spi.telemetry.MetricFamily.Series;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerMetricsTest {
    private final BrokerMetrics metrics = new BrokerMetrics();

    private MetricFamily read(String name) {
        return metrics.read().stream()
                .filter(family -> family.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private long value(String name, String... labels) {
        return read(name).series().stream()
                .filter(series -> series.labelValues().equals(List.of(labels)))
                .map(Series::value)
                .map(value -> ((Reading) value).value())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aMetricIsReadWithEverythingThatWasSaidOfIt() {
        metrics.counters("net_sent_bytes_total", "Bytes sent.", Labels.of(8, "kind", "way"))
                .with("a", "up")
                .add(7);

        assertThat(read("net_sent_bytes_total"))
                .isEqualTo(
                        new MetricFamily(
                                "net_sent_bytes_total",
                                Kind.COUNTER,
                                MetricUnit.BYTES,
                                "Bytes sent.",
                                List.of("kind", "way"),
                                List.of(new Series(List.of("a", "up"), new Reading(7)))));
    }

    @Test
    void metricsAndTheirSeriesAreInOrder() {
        metrics.counter("b_total", "B.");
        metrics.gauge("b_count_of_things", "B.", () -> 1);
        metrics.gauge("a", "A.", () -> 1);
        Family<Counter> family = metrics.counters("c_total", "C.", Labels.of(8, "l"));
        List.of("z", "m", "a").forEach(label -> family.with(label).increment());

        assertThat(metrics.read().stream().map(MetricFamily::name)).isSorted();
        assertThat(read("c_total").series().stream().map(Series::labelValues))
                .containsExactly(List.of("a"), List.of("m"), List.of("z"));
    }

    @Test
    void askingTwiceGivesTheSameObject() {
        assertThat(metrics.counter("a_total", "A.")).isSameAs(metrics.counter("a_total", "A."));
        Labels labels = Labels.of(2, "l");
        assertThat(metrics.counters("b_total", "B.", labels).with("x"))
                .isSameAs(metrics.counters("b_total", "B.", labels).with("x"));
        assertThat(metrics.histogram("c_nanos", "C.")).isSameAs(metrics.histogram("c_nanos", "C."));
    }

    @Test
    void whatFindsNoRoomIsCountedTogetherAndSaidSo() {
        Family<Counter> family = metrics.counters("a_total", "A.", Labels.of(2, "l"));

        List.of("one", "two", "three", "four", "one").forEach(l -> family.with(l).increment());

        assertThat(value("a_total", "one")).isEqualTo(2);
        assertThat(value("a_total", "two")).isEqualTo(1);
        assertThat(value("a_total", Labels.OTHER)).isEqualTo(2);
        assertThat(read("a_total").series()).hasSize(3);
        assertThat(value("metrics_surplus_total", "a_total")).isEqualTo(2);
    }

    @Test
    void gaugesBeyondTheBoundAreLeftOutAndSaidSo() {
        metrics.gauges(
                "a",
                "A.",
                Labels.of(2, "l"),
                readings -> List.of("x", "y", "z").forEach(label -> readings.read(5, label)));

        assertThat(read("a").series()).hasSize(2);
        // once for each time that everything is read
        assertThat(value("metrics_surplus_total", "a")).isEqualTo(2);
    }

    @Test
    void aGaugeThatFailsIsLeftOutAndCounted() {
        metrics.gauge(
                "a",
                "A.",
                () -> {
                    throw new IllegalStateException("closed");
                });
        metrics.gauge("b", "B.", () -> 3);

        assertThat(read("a").series()).isEmpty();
        assertThat(value("b")).isEqualTo(3);
        // once for each time that everything is read
        assertThat(value("metrics_unreadable_total", "a")).isEqualTo(3);
    }

    @Test
    void theNewestSourceOfAGaugeCounts() {
        AtomicLong older = new AtomicLong(1);
        metrics.gauge("a", "A.", older::get);
        metrics.gauge("a", "A.", () -> 2);

        assertThat(value("a")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upper_total", "a-b_total", "_a_total", "a__b_total", "a", "a_bytes"})
    void countersOfAnotherFormAreRefused(String name) {
        assertThatThrownBy(() -> metrics.counter(name, "A."))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a_total", "a_count", "a_bucket", "a_sum", "9a"})
    void gaugesOfAnotherFormAreRefused(String name) {
        assertThatThrownBy(() -> metrics.gauge(name, "A.", () -> 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @Test
    void aNameIsOneThing() {
        metrics.gauge("a", "A.", () -> 0);

        assertThatThrownBy(() -> metrics.counter("a_total", "A."))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "metric a_total is registered already as the GAUGE a with the labels []");
        assertThatThrownBy(() -> metrics.gauges("a", "A.", Labels.of(1, "l"), readings -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFamilyWantsAValueForEachLabel() {
        Family<Counter> family = metrics.counters("a_total", "A.", Labels.of(2, "l"));

        assertThatThrownBy(() -> family.with("x", "y"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(family::with).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDistributionIsWithinAHundredthOfWhatWasRecorded() {
        Histogram histogram = metrics.histogram("a_nanos", "A.");
        Random random = new Random(5);
        long[] values = random.longs(20_000, 100, 50_000_000).toArray();
        for (long value : values) {
            histogram.record(value);
        }
        java.util.Arrays.sort(values);
        double sum = java.util.Arrays.stream(values).sum();

        Distribution read = (Distribution) read("a_nanos").series().getFirst().value();

        assertThat(read.count()).isEqualTo(values.length);
        assertThat(read.sum()).isCloseTo(sum, within(sum / 100));
        assertThat((double) read.quantile(0.5))
                .isCloseTo((double) values[10_000], within(500_000.0));
        assertThat((double) read.max()).isCloseTo((double) values[19_999], within(500_000.0));
        long expected = java.util.Arrays.stream(values).filter(v -> v <= 10_000_000).count();
        assertThat((double) read.countUpTo(10_000_000)).isCloseTo((double) expected, within(200.0));
        assertThat(read.countUpTo(Long.MAX_VALUE)).isEqualTo(values.length);
        assertThat(read.countUpTo(0)).isZero();
    }

    @Test
    void aDistributionNeverFalls() {
        Histogram histogram = metrics.histogram("a_nanos", "A.");
        Random random = new Random(6);
        double sum = 0;
        long below = 0;
        for (int round = 0; round < 50; round++) {
            random.longs(100, 0, 200_000_000_000L).forEach(histogram::record);
            Distribution read = (Distribution) read("a_nanos").series().getFirst().value();
            assertThat(read.count()).isEqualTo(100L * (round + 1));
            assertThat(read.sum()).isGreaterThanOrEqualTo(sum);
            assertThat(read.countUpTo(30_000_000_000L)).isGreaterThanOrEqualTo(below);
            sum = read.sum();
            below = read.countUpTo(30_000_000_000L);
        }
        assertThat(below).isPositive();
    }

    @Test
    void anUnusedDistributionIsEmpty() {
        metrics.histogram("a_nanos", "A.");

        Distribution read = (Distribution) read("a_nanos").series().getFirst().value();

        assertThat(read.count()).isZero();
        assertThat(read.sum()).isZero();
        assertThat(read.max()).isZero();
        assertThat(read.quantile(0.99)).isZero();
        assertThat(read.countUpTo(1_000)).isZero();
    }

    @Test
    void aPluginsMetricsBeginWithItsName() {
        metrics.prefixed("mine_").counter("a_total", "A.").increment();

        assertThat(metrics.values()).containsEntry("mine_a_total", 1L);
    }

    @Test
    void valuesNameTheirLabels() {
        metrics.counters("a_total", "A.", Labels.of(2, "x", "y")).with("1", "2").add(3);
        metrics.histogram("b_nanos", "B.").record(1);

        assertThat(metrics.values()).isEqualTo(Map.of("a_total{x=\"1\",y=\"2\"}", 3L));
    }
}
