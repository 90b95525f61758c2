package mortise.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.bench.load.Outcome;
import mortise.bench.load.Series;
import mortise.bench.load.Use;
import mortise.bench.machine.ProcessCost;
import mortise.bench.workload.Workload;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Figures that put a latency beside what the machine did, and files beside what was written. */
class FigureTest {
    private static Histogram micros(long... values) {
        Histogram histogram = new Histogram(3_600_000_000L, 3);
        for (long value : values) {
            histogram.recordValueWithCount(value, 10);
        }
        return histogram;
    }

    private static Outcome outcome(Histogram latencies, Histogram stalls, Outcome.OnDisk onDisk) {
        Series.Measured produced =
                new Series.Measured("produce", 20, 20_000, 10, latencies, List.of());
        Use use =
                new Use(
                        Optional.empty(),
                        new ProcessCost(1, 1, 1, 1),
                        0,
                        0,
                        0,
                        stalls,
                        Optional.empty());
        return new Outcome(
                Workload.of("mine", Map.of()),
                List.of(produced),
                use,
                micros(),
                onDisk,
                List.of(),
                List.of());
    }

    private static Optional<Double> value(String key, Outcome outcome) {
        return Figure.all().stream()
                .filter(figure -> figure.key().equals(key))
                .findFirst()
                .orElseThrow()
                .value()
                .apply(outcome);
    }

    @Test
    void theLongestStallIsWhatTheMachineDoesNotExplain() {
        Outcome outcome = outcome(micros(100, 60_000), micros(10, 20_000), Outcome.OnDisk.UNSEEN);

        assertThat(value("acknowledged-the-longest-above-the-machine-s-own-stalls-ms", outcome))
                .hasValueSatisfying(millis -> assertThat(millis).isBetween(39.9, 40.1));
        assertThat(value("the-machine-s-own-stalls-the-longest-ms", outcome))
                .hasValueSatisfying(millis -> assertThat(millis).isBetween(19.9, 20.1));
    }

    @Test
    void aMachineThatStalledForLongerExplainsAll() {
        Outcome outcome = outcome(micros(100, 60_000), micros(10, 90_000), Outcome.OnDisk.UNSEEN);

        assertThat(value("acknowledged-the-longest-above-the-machine-s-own-stalls-ms", outcome))
                .contains(0.0);
    }

    @Test
    void sharesOnDiskAreFiguresOnlyWhereSomebodyLooked() {
        Outcome seen =
                outcome(
                        micros(1),
                        micros(1),
                        new Outcome.OnDisk(Optional.of(0.01), Optional.of(0.25), Optional.empty()));

        assertThat(value("preload-in-the-page-cache-before-it-was-read-percent", seen))
                .contains(1.0);
        assertThat(value("left-on-disk-of-what-was-produced-percent", seen)).contains(25.0);
        assertThat(value("left-on-disk-of-what-was-produced-beside-percent", seen)).isEmpty();
    }
}
