package mortise.bench.report;

import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import mortise.bench.load.Outcome;
import mortise.bench.load.Series;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/** Where a comparison goes: a page, text, JSON, and every histogram as HdrHistogram's log. */
public final class ReportFiles {
    private ReportFiles() {}

    /**
     * Writes all of it into a directory, which is made if need be.
     *
     * @return the page
     */
    public static Path write(Comparison comparison, Path directory) throws IOException {
        Files.createDirectories(directory);
        Path page = Files.writeString(directory.resolve("report.html"), HtmlReport.of(comparison));
        Files.writeString(directory.resolve("report.txt"), TextReport.of(comparison));
        try (Writer json = Files.newBufferedWriter(directory.resolve("report.json"))) {
            JsonReport.write(comparison, json);
        }
        for (Comparison.SystemRuns system : comparison.systems()) {
            for (int round = 0; round < system.rounds().size(); round++) {
                String name = String.format(Locale.ROOT, "%s-%d-", system.name(), round + 1);
                logs(system.rounds().get(round), comparison, directory, name);
            }
        }
        return page;
    }

    private static void logs(Outcome round, Comparison comparison, Path directory, String name)
            throws IOException {
        for (Series.Measured series : round.series()) {
            Path file = directory.resolve(name + series.name() + ".hlog");
            try (PrintStream out =
                    new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
                log(series, comparison, new HistogramLogWriter(out));
            }
        }
    }

    /** One line for each second; values are microseconds. */
    private static void log(
            Series.Measured series, Comparison comparison, HistogramLogWriter writer) {
        writer.outputLogFormatVersion();
        writer.outputComment(
                "[microseconds from the intended moment; workload "
                        + comparison.workload().name()
                        + "]");
        writer.outputStartTime(comparison.begun().toEpochMilli());
        writer.outputLegend();
        for (Series.Interval interval : series.intervals()) {
            Histogram latencies = interval.latencies();
            double end = Math.max(0, interval.second());
            writer.outputIntervalHistogram(Math.max(0, end - 1), end, latencies, 1e3);
        }
    }
}
