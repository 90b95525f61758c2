package mortise.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import mortise.bench.load.Outcome;
import mortise.bench.load.Series;
import mortise.bench.machine.ProcessCost;
import mortise.bench.workload.Workload;

/**
 * One figure of a run.
 *
 * @param name what it is of
 * @param unit what it is in
 * @param more whether more of it is better
 * @param value how it follows from a run; nothing if the run has none
 */
public record Figure(
        String name, String unit, boolean more, Function<Outcome, Optional<Double>> value) {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private static final String READS_AND_WRITES = "broker reads and writes";
    private static final String DRIVER_CPU = "driver CPU";
    private static final String STALLS = "the machine's own stalls, p99.9";
    private static final String LONGEST_STALL = "the machine's own stalls, the longest";
    private static final String LATE = "the driver's own lateness, p99";
    private static final String RESIDENT = "preload in the page cache before it was read";
    private static final String LEFT = "left on disk of what was produced";
    private static final String LEFT_BESIDE = "left on disk of what was produced beside";
    private static final Set<String> CIRCUMSTANCES =
            Set.of(
                    READS_AND_WRITES,
                    DRIVER_CPU,
                    STALLS,
                    LONGEST_STALL,
                    LATE,
                    RESIDENT,
                    LEFT,
                    LEFT_BESIDE);

    /** So many samples must lie beyond a percentile, or it is one sample's value. */
    private static final double SAMPLES_BEYOND = 5;

    /** Its name in files: {@code acknowledged-p99.9-ms}. */
    public String key() {
        return (name + " " + unit).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
    }

    /** Whether it judges the system, rather than tell what the run was like. */
    public boolean judges() {
        return !CIRCUMSTANCES.contains(name);
    }

    /** All figures, in the order of a report. */
    public static List<Figure> all() {
        List<Figure> all = new ArrayList<>();
        rates(all, "produce", "produced");
        latencies(all, "produce", "acknowledged");
        all.add(
                new Figure(
                        "acknowledged, the longest above the machine's own stalls",
                        "ms",
                        false,
                        outcome ->
                                outcome.series("produce")
                                        .filter(measured -> reaches(measured, 0))
                                        .map(measured -> aboveStalls(measured, outcome))));
        amounts(all, "produce-beside", "produced beside");
        latencies(all, "commit", "transaction committed");
        rates(all, "deliver", "consumed");
        latencies(all, "deliver", "delivered");
        rates(all, "catch-up", "caught up");
        all.add(process("broker CPU", "s", cost -> cost.cpuSeconds()));
        all.add(
                new Figure(
                        "broker CPU per request",
                        "us",
                        false,
                        outcome ->
                                outcome.use().broker().flatMap(cost -> perRequest(outcome, cost))));
        all.add(process("broker resident memory, the most", "MB", ProcessCost::residentMegabytes));
        all.add(process(READS_AND_WRITES, "1,000", cost -> cost.readsAndWrites() / 1e3));
        all.add(
                new Figure(
                        DRIVER_CPU,
                        "s",
                        false,
                        outcome -> Optional.of(outcome.use().driver().cpuSeconds())));
        all.add(
                new Figure(
                        STALLS,
                        "ms",
                        false,
                        outcome ->
                                Optional.of(
                                        outcome.use().stallMicros().getValueAtPercentile(99.9)
                                                / 1e3)));
        all.add(
                new Figure(
                        LONGEST_STALL,
                        "ms",
                        false,
                        outcome -> Optional.of(outcome.use().stallMicros().getMaxValue() / 1e3)));
        all.add(
                new Figure(
                        LATE,
                        "ms",
                        false,
                        outcome ->
                                Optional.of(outcome.driverLateMicros())
                                        .filter(late -> late.getTotalCount() > 0)
                                        .map(late -> late.getValueAtPercentile(99) / 1e3)));
        all.add(onDisk(RESIDENT, Outcome.OnDisk::resident));
        all.add(onDisk(LEFT, Outcome.OnDisk::left));
        all.add(onDisk(LEFT_BESIDE, Outcome.OnDisk::leftBeside));
        return all;
    }

    /** What of the longest latency the machine alone does not explain. */
    private static double aboveStalls(Series.Measured measured, Outcome outcome) {
        long longest = measured.latencies().getMaxValue();
        return Math.max(0, longest - outcome.use().stallMicros().getMaxValue()) / 1e3;
    }

    private static Figure onDisk(String name, Function<Outcome.OnDisk, Optional<Double>> share) {
        return new Figure(
                name,
                "percent",
                false,
                outcome -> share.apply(outcome.onDisk()).map(value -> value * 100));
    }

    private static void amounts(List<Figure> all, String series, String what) {
        all.add(ofSeries(what, "records/s", true, series, Series.Measured::recordsPerSecond));
        all.add(ofSeries(what, "MB/s", true, series, Series.Measured::megabytesPerSecond));
    }

    private static void rates(List<Figure> all, String series, String what) {
        amounts(all, series, what);
        all.add(
                perCpu(
                        what + " per broker CPU-second",
                        "MB",
                        series,
                        measured -> measured.bytes() / 1e6));
        all.add(
                perCpu(
                        what + " per broker CPU-second",
                        "1,000 records",
                        series,
                        measured -> measured.records() / 1e3));
    }

    private static void latencies(List<Figure> all, String series, String what) {
        for (double percentile : PERCENTILES) {
            all.add(
                    new Figure(
                            what + ", p" + plain(percentile),
                            "ms",
                            false,
                            outcome ->
                                    outcome.series(series)
                                            .filter(measured -> reaches(measured, percentile))
                                            .map(measured ->
                                                    measured.latencies()
                                                                    .getValueAtPercentile(
                                                                            percentile)
                                                            / 1e3)));
        }
        all.add(
                new Figure(
                        what + ", the longest",
                        "ms",
                        false,
                        outcome ->
                                outcome.series(series)
                                        .filter(measured -> reaches(measured, 0))
                                        .map(measured ->
                                                measured.latencies().getMaxValue() / 1e3)));
    }

    private static boolean reaches(Series.Measured measured, double percentile) {
        return measured.latencies().getTotalCount() * (100 - percentile) / 100 >= SAMPLES_BEYOND;
    }

    private static Figure ofSeries(
            String name,
            String unit,
            boolean more,
            String series,
            Function<Series.Measured, Double> value) {
        return new Figure(name, unit, more, outcome -> outcome.series(series).map(value));
    }

    private static Figure perCpu(
            String name, String unit, String series, Function<Series.Measured, Double> amount) {
        return new Figure(
                name,
                unit,
                true,
                outcome ->
                        outcome.use()
                                .broker()
                                .filter(cost -> cost.cpuSeconds() > 0)
                                .flatMap(cost ->
                                        outcome.series(series)
                                                .map(measured ->
                                                        amount.apply(measured)
                                                                / cost.cpuSeconds())));
    }

    /** Of the raw driver's produce requests, whose size is known. */
    private static Optional<Double> perRequest(Outcome outcome, ProcessCost cost) {
        return outcome.workload().measuring().driver() == Workload.Driver.RAW
                ? outcome.series("produce")
                        .map(measured ->
                                cost.cpuSeconds()
                                        * 1e6
                                        * outcome.workload().producers().sending().requestRecords()
                                        / measured.records())
                : Optional.empty();
    }

    private static Figure process(String name, String unit, Function<ProcessCost, Double> value) {
        return new Figure(name, unit, false, outcome -> outcome.use().broker().map(value));
    }

    private static String plain(double percentile) {
        return percentile == Math.rint(percentile)
                ? String.format(Locale.ROOT, "%.0f", percentile)
                : Double.toString(percentile);
    }
}
