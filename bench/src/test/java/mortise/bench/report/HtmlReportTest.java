package mortise.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.bench.load.Outcome;
import mortise.bench.load.Series;
import mortise.bench.load.Use;
import mortise.bench.machine.Environment;
import mortise.bench.machine.ProcessCost;
import mortise.bench.workload.Workload;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** What the page says, and that it says nothing where there is nothing. */
class HtmlReportTest {
    private static final Workload WORKLOAD =
            Workload.of("mine <&>", Map.of("driver", "raw", "producers.rate", "100"));

    private static Outcome round(long records, double cpuSeconds, List<String> failures) {
        Histogram latencies = new Histogram(3_600_000_000L, 3);
        for (int i = 1; i <= 10_000; i++) {
            latencies.recordValue(i);
        }
        Series.Measured produced =
                new Series.Measured(
                        "produce",
                        records,
                        records * 1_000,
                        10,
                        latencies,
                        List.of(
                                new Series.Interval(1, records, records * 1_000, latencies),
                                new Series.Interval(10, 0, 0, latencies)));
        Use use =
                new Use(
                        Optional.of(new ProcessCost(cpuSeconds, 1, 100_000_000, 5_000)),
                        new ProcessCost(1, 1, 1, 1),
                        0.5,
                        0,
                        0,
                        new Histogram(3_600_000_000L, 3),
                        Optional.empty());
        return new Outcome(
                WORKLOAD,
                List.of(produced),
                use,
                latencies,
                Outcome.OnDisk.UNSEEN,
                failures,
                use.marks());
    }

    private static Comparison comparison(List<Outcome> first, List<Outcome> second) {
        return new Comparison(
                WORKLOAD,
                List.of(
                        new Comparison.SystemRuns("one", "a broker", first),
                        new Comparison.SystemRuns("other", "another", second)),
                Instant.EPOCH,
                "mortise bench run mine.yaml",
                new Environment(Map.of("processors", "2")),
                List.of());
    }

    private static Comparison good() {
        return comparison(
                List.of(
                        round(2_000, 1, List.of()),
                        round(2_100, 1, List.of()),
                        round(2_200, 1, List.of())),
                List.of(
                        round(1_000, 1, List.of()),
                        round(1_100, 1, List.of()),
                        round(1_200, 1, List.of())));
    }

    @Test
    void thePageSaysWhoWasFasterByHowMuchAndWhetherToBelieveIt() {
        String page = HtmlReport.of(good());

        assertThat(page)
                .contains("mine &lt;&amp;&gt;")
                .contains("one against other")
                .contains("one is clearly better in: produced, MB/s (0.210 and 0.110, 1.91×)")
                .contains("No difference beyond noise in: acknowledged, p50, ms (5.00 and 5.00, ")
                .contains("one, round 1: other processes took 50% of the machine")
                .contains("<polyline");
    }

    @Test
    void thePageNeedsNoNetwork() {
        assertThat(HtmlReport.of(good())).doesNotContain("http").doesNotContain("<script");
    }

    @Test
    void aRunThatSaysNothingPlotsNothing() {
        Outcome failed = round(5, 1, List.of("the driver could not keep its timeline"));
        String page = HtmlReport.of(comparison(List.of(failed), List.of()));

        assertThat(page)
                .contains("There are no figures: no round counts.")
                .contains("one, round 1: does not count: the driver could not keep its timeline")
                .doesNotContain("<polyline")
                .doesNotContain("records/s</td>");
        assertThat(TextReport.of(comparison(List.of(failed), List.of())))
                .contains("no figures: no round counts");
    }

    @Test
    void aRoundThatFailedIsNotAmongTheFigures() {
        Comparison comparison =
                comparison(
                        List.of(round(2_000, 1, List.of()), round(9, 1, List.of("broken"))),
                        List.of(round(1_000, 1, List.of())));

        assertThat(comparison.rows().getFirst().spreads().get("one"))
                .isEqualTo(new Spread(200, 200, 200, 1));
    }

    @Test
    void twoRoundsTellNothing() {
        Spread low = Spread.of(List.of(1.0, 1.1));
        Spread high = Spread.of(List.of(2.0, 2.1));
        assertThat(Difference.between(high, low).words()).isEqualTo("too few rounds to tell");
    }
}
