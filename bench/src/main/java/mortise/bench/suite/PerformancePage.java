package mortise.bench.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mortise.bench.report.Difference;
import mortise.bench.report.Numbers;
import mortise.bench.report.Spread;
import mortise.bench.workload.UsageException;

/** The part of {@code docs/performance.md} that follows from the kept results. */
public final class PerformancePage {
    private static final String BEGIN = "<!-- begin: mortise bench suite -->";
    private static final String END = "<!-- end: mortise bench suite -->";
    private static final String FLOOR = "floor";

    private PerformancePage() {}

    /**
     * Writes the part anew.
     *
     * @param rows in the order of the table; those that were never measured are named as such
     */
    public static void renew(Path page, Path results, List<String> rows) throws IOException {
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new UsageException(page + " lacks the lines " + BEGIN + " and " + END);
        }
        Files.writeString(
                page,
                text.substring(0, begin + BEGIN.length())
                        + "\n"
                        + table(results, rows)
                        + text.substring(end));
    }

    private static String table(Path results, List<String> rows) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(
                "| row | figure | Mortise | Apache Kafka | ratio | target | share of the floor |\n|--|--|--|--|--|--|--|\n");
        List<Result> measured = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String row : rows) {
            Path file = results.resolve(row + ".json");
            if (Files.exists(file)) {
                measured.add(ResultFile.read(file));
            } else {
                missing.add(row);
            }
        }
        measured.forEach(result -> text.append(lines(result)));
        text.append('\n');
        if (!missing.isEmpty()) {
            text.append("Not measured yet: ").append(String.join(", ", missing)).append(".\n\n");
        }
        losses(measured).forEach(loss -> text.append("- ").append(loss).append('\n'));
        text.append('\n');
        for (Result result : measured) {
            text.append("- ")
                    .append(result.name())
                    .append(": ")
                    .append(result.measured(), 0, 10)
                    .append(", `")
                    .append(result.command())
                    .append('`');
            if (!result.warnings().isEmpty()) {
                text.append("; with care: ").append(String.join("; ", result.warnings()));
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** The figures that have a target, or all of a row that has none. */
    private static List<Result.Entry> shown(Result result) {
        List<Result.Entry> withTarget =
                result.entries().stream().filter(entry -> entry.target().isPresent()).toList();
        return withTarget.isEmpty() ? result.entries() : withTarget;
    }

    private static String lines(Result result) {
        StringBuilder text = new StringBuilder();
        String title = "**" + result.name() + "**: " + result.title();
        for (Result.Entry entry : shown(result)) {
            List<Spread> spreads = spreads(entry);
            text.append("| ").append(title).append(" | ").append(entry.figure()).append(", ");
            text.append(entry.unit()).append(" | ").append(Numbers.of(spreads.getFirst()));
            text.append(" | ");
            if (spreads.size() > 1) {
                Difference difference = Difference.between(spreads.getFirst(), spreads.get(1));
                text.append(Numbers.of(spreads.get(1)))
                        .append(" | ")
                        .append(difference.times())
                        .append(difference.isClear() ? "" : ", " + difference.words());
            } else {
                text.append("– | –");
            }
            text.append(" | ")
                    .append(entry.target().map(Target::toString).orElse("–"))
                    .append(" | ")
                    .append(share(entry).orElse("–"))
                    .append(" |\n");
            title = "";
        }
        return text.toString();
    }

    private static List<Spread> spreads(Result.Entry entry) {
        return entry.values().entrySet().stream()
                .filter(each -> !each.getKey().equals(FLOOR))
                .map(each -> Spread.of(each.getValue()))
                .toList();
    }

    private static Optional<String> share(Result.Entry entry) {
        List<Double> floor = entry.values().get(FLOOR);
        if (floor == null || !entry.figure().contains("CPU-second")) {
            return Optional.empty();
        }
        double share = spreads(entry).getFirst().median() / Spread.of(floor).median();
        return Optional.of(String.format(Locale.ROOT, "%.2f", share));
    }

    /** Where the target is missed, each with by how much. */
    private static List<String> losses(List<Result> results) {
        List<String> losses = new ArrayList<>();
        for (Result result : results) {
            for (Result.Entry entry : result.entries()) {
                List<Spread> spreads = spreads(entry);
                if (entry.target().isPresent() && spreads.size() > 1) {
                    Target target = entry.target().get();
                    Difference difference = Difference.between(spreads.getFirst(), spreads.get(1));
                    double reached =
                            target.isAlone() ? spreads.getFirst().median() : difference.ratio();
                    if (!target.isMetBy(reached)) {
                        losses.add(
                                "**missed** "
                                        + result.name()
                                        + ", "
                                        + entry.figure()
                                        + ": "
                                        + (target.isAlone()
                                                ? Numbers.of(spreads.getFirst())
                                                : difference.times())
                                        + " where "
                                        + target
                                        + " is wanted");
                    }
                }
            }
        }
        return losses;
    }
}
