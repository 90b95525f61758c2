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
        if (result.entries().isEmpty()) {
            return "| " + title + " | no round counts | – | – | – | – | – |\n";
        }
        for (Result.Entry entry : shown(result)) {
            Optional<Spread> own = spread(entry, Suite.FIRST);
            Optional<Spread> peer = spread(entry, Suite.PEER);
            text.append("| ").append(title).append(" | ").append(entry.figure()).append(", ");
            text.append(entry.unit())
                    .append(" | ")
                    .append(own.map(Numbers::of).orElse("–"))
                    .append(" | ")
                    .append(peer.map(Numbers::of).orElse("–"))
                    .append(" | ")
                    .append(ratio(own, peer))
                    .append(" | ")
                    .append(entry.target().map(Target::toString).orElse("–"))
                    .append(" | ")
                    .append(share(entry).orElse("–"))
                    .append(" |\n");
            title = "";
        }
        return text.toString();
    }

    private static String ratio(Optional<Spread> own, Optional<Spread> peer) {
        if (own.isEmpty() || peer.isEmpty()) {
            return "–";
        }
        Difference difference = Difference.between(own.get(), peer.get());
        return difference.times() + (difference.isClear() ? "" : ", " + difference.words());
    }

    /** A system's rounds that count; nothing if none does. */
    private static Optional<Spread> spread(Result.Entry entry, String system) {
        return Optional.ofNullable(entry.values().get(system)).map(Spread::of);
    }

    private static Optional<String> share(Result.Entry entry) {
        return spread(entry, FLOOR)
                .filter(_ -> entry.figure().contains("CPU-second"))
                .flatMap(floor ->
                        spread(entry, Suite.FIRST).map(own -> own.median() / floor.median()))
                .map(share -> String.format(Locale.ROOT, "%.2f", share));
    }

    /** Where the target is missed, each with by how much. */
    private static List<String> losses(List<Result> results) {
        List<String> losses = new ArrayList<>();
        for (Result result : results) {
            for (Result.Entry entry : result.entries()) {
                entry.target()
                        .flatMap(target -> loss(entry, target))
                        .ifPresent(loss ->
                                losses.add(
                                        "**missed** "
                                                + result.name()
                                                + ", "
                                                + entry.figure()
                                                + ": "
                                                + loss));
            }
        }
        return losses;
    }

    private static Optional<String> loss(Result.Entry entry, Target target) {
        Optional<Spread> own = spread(entry, Suite.FIRST);
        if (own.isEmpty()) {
            return Optional.of("no round of Mortise counts");
        }
        if (target.isAlone()) {
            return own.filter(spread -> !target.isMetBy(spread.median()))
                    .map(spread -> Numbers.of(spread) + " where " + target + " is wanted");
        }
        return spread(entry, Suite.PEER)
                .map(peer -> Difference.between(own.get(), peer))
                .filter(difference -> !target.isMetBy(difference.ratio()))
                .map(difference -> difference.times() + " where " + target + " is wanted");
    }
}
