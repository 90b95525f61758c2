package mortise.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A comparison as lines for a terminal. */
public final class TextReport {
    private TextReport() {}

    /** The report. */
    public static String of(Comparison comparison) {
        StringBuilder text = new StringBuilder();
        text.append(comparison.workload().name()).append('\n');
        comparison.notes().forEach(note -> text.append("  ").append(note).append('\n'));
        comparison.warnings().forEach(warning -> text.append("! ").append(warning).append('\n'));
        if (!comparison.saysSomething()) {
            return text.append("no figures: no round counts\n").toString();
        }
        for (Comparison.Row row : comparison.rows()) {
            text.append(
                    String.format(
                            Locale.ROOT, "%-44s %-14s", row.figure().name(), row.figure().unit()));
            row.spreads()
                    .forEach((system, spread) ->
                            text.append("  ")
                                    .append(system)
                                    .append(' ')
                                    .append(Numbers.of(spread)));
            text.append(ratios(row.spreads())).append('\n');
        }
        for (Comparison.SystemRuns system : comparison.systems()) {
            system.stages().forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    private static String ratios(Map<String, Spread> spreads) {
        StringBuilder text = new StringBuilder();
        List<String> systems = List.copyOf(spreads.keySet());
        List<Spread> values = List.copyOf(spreads.values());
        for (int other = 1; other < systems.size(); other++) {
            Difference difference = Difference.between(values.getFirst(), values.get(other));
            text.append("  ")
                    .append(systems.getFirst())
                    .append('/')
                    .append(systems.get(other))
                    .append(' ')
                    .append(difference.times())
                    .append(" (")
                    .append(difference.words())
                    .append(')');
        }
        return text.toString();
    }
}
