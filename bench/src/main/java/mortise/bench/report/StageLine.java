package mortise.bench.report;

import java.util.Locale;
import mortise.bench.machine.Stages;

/** What a broker said of one stage of its requests in one round. */
final class StageLine {
    private StageLine() {}

    static String of(String system, String name, Stages.Stage stage) {
        return String.format(
                Locale.ROOT,
                "%-12s %-20s %,12d times  p50 %9s  p99 %9s  p99.9 %9s  p99.99 %9s",
                system,
                name,
                stage.count(),
                most(stage, 50),
                most(stage, 99),
                most(stage, 99.9),
                most(stage, 99.99));
    }

    private static String most(Stages.Stage stage, double percentile) {
        double seconds = stage.atMost(percentile);
        return Double.isInfinite(seconds) ? "> 30 s" : "≤ " + Numbers.of(seconds * 1e3) + " ms";
    }
}
