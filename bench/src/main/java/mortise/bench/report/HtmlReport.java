package mortise.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import mortise.bench.load.Outcome;
import mortise.bench.load.Series;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** A comparison as one page that needs no network and no script. */
public final class HtmlReport {
    private static final String NOISE = "within noise";
    private static final int TICKS_PER_HALF = 5;
    private static final int SHOWN_WARNINGS = 6;
    private static final double MOST_PERCENTILE = 99.999;

    private static final String STYLE =
            """
            :root { color-scheme: light dark; --ink: #1b1f24; --dim: #57606a; --line: #d8dee4; --paper: #fff; --warn: #fff3bf; --bad: #ffe3e3; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9aa4af; --line: #343b44; --paper: #14181d; --warn: #4d3d00; --bad: #5c1a1a; } }
            body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.5rem; margin: .4rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
            .dim { color: var(--dim); } .banner { padding: .6rem .8rem; border-radius: .4rem; background: var(--warn); margin: .8rem 0; }
            .banner.bad { background: var(--bad); } .banner ul { margin: .3rem 0 0; padding-left: 1.2rem; }
            .wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { text-align: right; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
            th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); }
            .chart { min-width: 40rem; width: 100%; height: auto; display: block; } .chart text { font: 12px system-ui, sans-serif; fill: var(--dim); } .grid { stroke: var(--line); stroke-width: 1; }
            .legend span { margin-right: 1.2rem; white-space: nowrap; } .sample { vertical-align: middle; margin-right: .3rem; }
            pre { overflow-x: auto; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: .4rem; font-size: 13px; }
            .better { font-weight: 600; } .range { color: var(--dim); } td .range { display: block; font-size: .85em; }
            h3 { font-size: 1rem; margin: 1rem 0 .3rem; } .narrow { display: none; } @media (max-width: 45rem) { .narrow { display: block; } }
            """;

    private final Comparison comparison;
    private final StringBuilder page = new StringBuilder();

    private HtmlReport(Comparison comparison) {
        this.comparison = comparison;
    }

    /** The page. */
    public static String of(Comparison comparison) {
        return new HtmlReport(comparison).page();
    }

    private String page() {
        String title = Html.escape(comparison.workload().name());
        page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append(
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<link rel=\"icon\" href=\"data:,\">\n")
                .append("<title>")
                .append(title)
                .append("</title>\n<style>\n")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<h1>")
                .append(title)
                .append("</h1>\n");
        paragraph("dim", comparison.begun() + " · " + String.join(" · ", comparison.notes()));
        banner();
        if (comparison.saysSomething()) {
            summary();
            paragraph(
                    "dim narrow",
                    "Curves and tables are wider than this screen: they move sideways.");
            legend();
            overTime();
            percentiles("produce", "From the intended send to the acknowledgement");
            percentiles("commit", "Committing a transaction");
            percentiles("deliver", "From the intended send to the consumer");
            table();
            stages();
        }
        circumstances();
        return page.append("</body>\n</html>\n").toString();
    }

    private void banner() {
        List<String> warnings = comparison.warnings();
        if (!comparison.saysSomething()) {
            page.append(
                    "<div class=\"banner bad\"><strong>There are no figures: no round counts.</strong>");
        } else if (!warnings.isEmpty()) {
            page.append("<div class=\"banner\"><strong>Read these figures with care.</strong>");
        } else {
            return;
        }
        boolean many = warnings.size() > SHOWN_WARNINGS;
        if (many) {
            page.append("<details><summary>").append(warnings.size()).append(" reasons</summary>");
        }
        page.append("<ul>");
        warnings.forEach(
                warning -> page.append("<li>").append(Html.escape(warning)).append("</li>"));
        page.append("</ul>").append(many ? "</details>" : "").append("</div>\n");
    }

    /** What the page says, in sentences: of the figures that people look for first. */
    private void summary() {
        List<String> names = comparison.systems().stream().map(system -> system.name()).toList();
        if (names.size() < 2) {
            return;
        }
        page.append("<h2>In short</h2>\n");
        for (String other : names.subList(1, names.size())) {
            against(names.getFirst(), other);
        }
        String rate = comparison.workload().texts().getOrDefault("producers.rate", "maximum");
        if (!rate.equals("maximum") && !rate.equals("0")) {
            paragraph(
                    "dim",
                    "All were given the same "
                            + rate
                            + " records a second, so nothing here says how many they could take.");
        }
        paragraph(
                "dim",
                "Clearly means that no round of the one came out as any round of the other did. The ratio is the first system's median by the other's; all figures are medians over the rounds.");
    }

    private void against(String first, String other) {
        List<String> better = new ArrayList<>();
        List<String> worse = new ArrayList<>();
        List<String> alike = new ArrayList<>();
        for (Comparison.Row row : comparison.rows()) {
            Spread one = row.spreads().get(first);
            Spread two = row.spreads().get(other);
            if (!row.figure().judges() || !isFirst(row.figure()) || one == null || two == null) {
                continue;
            }
            Difference difference = Difference.between(one, two);
            String what =
                    String.format(
                            Locale.ROOT,
                            "%s, %s (%s and %s, %s%s)",
                            row.figure().name(),
                            row.figure().unit(),
                            Numbers.of(one.median()),
                            Numbers.of(two.median()),
                            difference.times(),
                            difference.isClear() || difference.words().equals(NOISE)
                                    ? ""
                                    : ", " + difference.words());
            if (!difference.isClear()) {
                alike.add(what);
            } else if ((difference.ratio() > 1) == row.figure().more()) {
                better.add(what);
            } else {
                worse.add(what);
            }
        }
        page.append("<h3>")
                .append(Html.escape(first + " against " + other))
                .append("</h3>\n<ul>\n");
        sentence(first + " is clearly better in", better);
        sentence(first + " is clearly worse in", worse);
        sentence("No difference beyond noise in", alike);
        page.append("</ul>\n");
    }

    private void sentence(String begin, List<String> figures) {
        if (!figures.isEmpty()) {
            page.append("<li>")
                    .append(Html.escape(begin))
                    .append(": ")
                    .append(Html.escape(String.join("; ", figures)))
                    .append("</li>\n");
        }
    }

    private static boolean isFirst(Figure figure) {
        return figure.unit().equals("MB/s")
                || (figure.name().endsWith("CPU-second") && figure.unit().equals("MB"))
                || figure.name().endsWith(", p50")
                || figure.name().endsWith(", p99")
                || figure.name().endsWith(", p99.9")
                || figure.name().contains("resident");
    }

    /** Which of two is better, if that can be told. */
    private static String judged(Figure figure, String first, String other, Difference difference) {
        if (!difference.isClear() || !figure.judges()) {
            return difference.words();
        }
        return ((difference.ratio() > 1) == figure.more() ? first : other) + " is clearly better";
    }

    private void legend() {
        page.append("<p class=\"legend\">");
        for (int system = 0; system < comparison.systems().size(); system++) {
            page.append("<span>")
                    .append(Chart.sample(system))
                    .append(Html.escape(comparison.systems().get(system).name()))
                    .append("</span>");
        }
        page.append("</p>\n");
    }

    private void overTime() {
        curvesOverTime("produce", "Produced, MB/s over time", interval -> interval.bytes() / 1e6);
        curvesOverTime("deliver", "Consumed, MB/s over time", interval -> interval.bytes() / 1e6);
        curvesOverTime("catch-up", "Caught up, MB/s over time", interval -> interval.bytes() / 1e6);
    }

    /** One curve for each round: what repeats shows, and so does what does not. */
    private void curvesOverTime(
            String series, String title, ToDoubleFunction<Series.Interval> value) {
        List<Chart.Curve> curves = new ArrayList<>();
        for (int system = 0; system < comparison.systems().size(); system++) {
            Comparison.SystemRuns runs = comparison.systems().get(system);
            for (Outcome round : runs.valid()) {
                Optional<Series.Measured> measured = round.series(series);
                if (measured.isPresent()) {
                    curves.add(
                            new Chart.Curve(
                                    system,
                                    runs.name(),
                                    withoutTheLast(measured.get().intervals()).stream()
                                            .map(each ->
                                                    new Chart.Point(
                                                            Math.max(0, each.second()),
                                                            value.applyAsDouble(each)))
                                            .toList()));
                }
            }
        }
        chart(title, "second", "MB/s", curves);
    }

    /** The last one has what came back after the window. */
    private static List<Series.Interval> withoutTheLast(List<Series.Interval> intervals) {
        return intervals.subList(0, Math.max(0, intervals.size() - 1));
    }

    private void chart(String title, String across, String up, List<Chart.Curve> curves) {
        if (curves.isEmpty()) {
            return;
        }
        page.append("<h2>").append(Html.escape(title)).append("</h2>\n<div class=\"wide\">");
        page.append(
                new Chart(
                                title,
                                Chart.Axis.linear(across, most(curves, Chart.Point::across)),
                                Chart.Axis.linear(up, most(curves, Chart.Point::up)),
                                curves)
                        .svg());
        page.append("</div>\n");
    }

    private static double most(List<Chart.Curve> curves, ToDoubleFunction<Chart.Point> of) {
        return curves.stream()
                .flatMap(curve -> curve.points().stream())
                .mapToDouble(of)
                .max()
                .orElse(1);
    }

    private void percentiles(String series, String title) {
        List<Chart.Curve> curves = new ArrayList<>();
        for (int system = 0; system < comparison.systems().size(); system++) {
            int place = system;
            Comparison.SystemRuns runs = comparison.systems().get(system);
            runs.latencies(series)
                    .ifPresent(latencies ->
                            curves.add(new Chart.Curve(place, runs.name(), points(latencies))));
        }
        if (curves.isEmpty()) {
            return;
        }
        double least =
                curves.stream()
                        .flatMap(curve -> curve.points().stream())
                        .mapToDouble(Chart.Point::up)
                        .min()
                        .orElse(1);
        page.append("<h2>").append(Html.escape(title)).append("</h2>\n<div class=\"wide\">");
        page.append(
                new Chart(
                                title,
                                Chart.Axis.percentiles(most(curves, Chart.Point::across)),
                                Chart.Axis.logarithmic("ms", least, most(curves, Chart.Point::up)),
                                curves)
                        .svg());
        page.append("</div>\n");
        paragraph("dim", samples(series));
    }

    private String samples(String series) {
        List<String> samples = new ArrayList<>();
        for (Comparison.SystemRuns system : comparison.systems()) {
            system.latencies(series)
                    .ifPresent(latencies ->
                            samples.add(
                                    String.format(
                                            Locale.ROOT,
                                            "%s %,d samples of %s",
                                            system.name(),
                                            latencies.getTotalCount(),
                                            rounds(system.valid().size()))));
        }
        return String.join(", ", samples)
                + " together; each runs from the moment at which it was to be sent. The table's percentiles are medians of the rounds' own, so they need not lie on these curves.";
    }

    private static List<Chart.Point> points(Histogram latencies) {
        List<Chart.Point> points = new ArrayList<>();
        for (HistogramIterationValue value : latencies.percentiles(TICKS_PER_HALF)) {
            double percentile = Math.min(value.getPercentileLevelIteratedTo(), MOST_PERCENTILE);
            points.add(new Chart.Point(percentile, Math.max(value.getValueIteratedTo(), 1) / 1e3));
            if (percentile == MOST_PERCENTILE) {
                break;
            }
        }
        return points;
    }

    private void table() {
        List<String> names = comparison.systems().stream().map(system -> system.name()).toList();
        page.append(
                "<h2>All figures: median (range)</h2>\n<div class=\"wide\"><table>\n<tr><th>figure</th><th>unit</th>");
        names.forEach(name -> page.append("<th>").append(Html.escape(name)).append("</th>"));
        names.stream()
                .skip(1)
                .forEach(name ->
                        page.append("<th>")
                                .append(Html.escape(names.getFirst() + " / " + name))
                                .append("</th>"));
        page.append("</tr>\n");
        comparison.rows().forEach(row -> row(row, names));
        page.append("</table></div>\n");
    }

    private void row(Comparison.Row row, List<String> names) {
        page.append("<tr><td>")
                .append(Html.escape(row.figure().name()))
                .append("</td><td>")
                .append(Html.escape(row.figure().unit()))
                .append(" <span class=\"range\">")
                .append(
                        row.figure().judges()
                                ? row.figure().more() ? "more is better" : "less is better"
                                : "")
                .append("</span></td>");
        for (String name : names) {
            Spread spread = row.spreads().get(name);
            page.append("<td>").append(spread == null ? "–" : cell(spread)).append("</td>");
        }
        Spread first = row.spreads().get(names.getFirst());
        for (int other = 1; other < names.size(); other++) {
            Spread second = row.spreads().get(names.get(other));
            page.append("<td>");
            if (first == null || second == null) {
                page.append("–");
            } else {
                Difference difference = Difference.between(first, second);
                boolean tells = difference.isClear() && row.figure().judges();
                page.append(tells ? "<span class=\"better\">" : "<span>")
                        .append(difference.times())
                        .append("</span> <span class=\"range\">")
                        .append(
                                Html.escape(
                                        judged(
                                                row.figure(),
                                                names.getFirst(),
                                                names.get(other),
                                                difference)))
                        .append("</span>");
            }
            page.append("</td>");
        }
        page.append("</tr>\n");
    }

    private static String cell(Spread spread) {
        return spread.rounds() == 1
                ? Numbers.of(spread.median())
                : Numbers.of(spread.median())
                        + " <span class=\"range\">("
                        + Numbers.of(spread.least())
                        + "–"
                        + Numbers.of(spread.most())
                        + ")</span>";
    }

    private void stages() {
        List<String> lines =
                comparison.systems().stream().flatMap(system -> system.stages().stream()).toList();
        if (lines.isEmpty()) {
            return;
        }
        page.append("<h2>Where requests waited in the broker</h2>\n<pre>");
        lines.forEach(line -> page.append(Html.escape(line)).append('\n'));
        page.append("</pre>\n");
        paragraph(
                "dim",
                "Only Mortise says this. net_queue: until its turn on the event loop; net_decode: reading the request; net_handle: from there to its answer, with partition_append, the write to the log, within; net_respond: writing the answer; flush_sync: one sync of a log to the disk. By the broker's own count in its buckets, all rounds together; a percentile lies below the value shown, which is that of the worst round.");
    }

    private void circumstances() {
        page.append("<h2>What was measured</h2>\n<div class=\"wide\"><table>\n");
        comparison
                .systems()
                .forEach(system ->
                        pair(system.name(), system.description(), system.rounds().size()));
        page.append("</table></div>\n<pre>");
        comparison.workload().texts().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each ->
                        page.append(Html.escape(each.getKey() + ": " + each.getValue()))
                                .append('\n'));
        page.append("</pre>\n<h2>Where</h2>\n<div class=\"wide\"><table>\n");
        comparison
                .environment()
                .facts()
                .forEach((name, value) ->
                        page.append("<tr><td>")
                                .append(Html.escape(name))
                                .append("</td><td>")
                                .append(Html.escape(value))
                                .append("</td></tr>\n"));
        page.append("</table></div>\n<h2>To repeat it</h2>\n<pre>")
                .append(Html.escape(comparison.command()))
                .append("</pre>\n");
    }

    private void pair(String name, String description, int rounds) {
        page.append("<tr><td>")
                .append(Html.escape(name))
                .append("</td><td>")
                .append(Html.escape(description))
                .append("</td><td>")
                .append(rounds(rounds))
                .append("</td></tr>\n");
    }

    private static String rounds(int rounds) {
        return rounds == 1 ? "1 round" : rounds + " rounds";
    }

    private void paragraph(String style, String text) {
        page.append("<p class=\"")
                .append(style)
                .append("\">")
                .append(Html.escape(text))
                .append("</p>\n");
    }
}
