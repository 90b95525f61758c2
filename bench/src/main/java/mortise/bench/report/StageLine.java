package mortise.bench.report;

import java.util.List;
import java.util.Locale;
import mortise.bench.machine.Stages;

/**
 * What a broker said of one stage of its requests: how often in all rounds, and of each percentile
 * the largest that a round had.
 */
final class StageLine {
    private StageLine() {}

    static String of(String system, String name, List<Stages.Stage> rounds) {
        return String.format(
                Locale.ROOT,
                "%-12s %-18s %,12d times  p50 %9s  p99 %9s  p99.9 %9s  p99.99 %9s",
                system,
                name,
                rounds.stream().mapToLong(Stages.Stage::count).sum(),
                most(rounds, 50),
                most(rounds, 99),
                most(rounds, 99.9),
                most(rounds, 99.99));
    }

    private static String most(List<Stages.Stage> rounds, double percentile) {
        double seconds =
                rounds.stream().mapToDouble(stage -> stage.atMost(percentile)).max().orElse(0);
        return Double.isInfinite(seconds) ? "> 30 s" : "≤ " + Numbers.of(seconds * 1e3) + " ms";
    }
}
