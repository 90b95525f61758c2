package mortise.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Figures of several rounds, by system and by name, and their medians. */
final class Figures {
    private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();

    void add(String figure, String system, double value) {
        values.computeIfAbsent(figure, name -> new LinkedHashMap<>())
                .computeIfAbsent(system, name -> new ArrayList<>())
                .add(value);
    }

    double median(String figure, String system) {
        return median(values.getOrDefault(figure, Map.of()).getOrDefault(system, List.of()));
    }

    private static double median(List<Double> samples) {
        if (samples.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /**
     * A table: a row per figure, median and range per system, and the ratio of each to the last
     * one.
     */
    String table() {
        StringBuilder text = new StringBuilder();
        values.forEach((figure, bySystem) -> {
            text.append(String.format(Locale.ROOT, "%-44s", figure));
            List<String> systems = List.copyOf(bySystem.keySet());
            for (String system : systems) {
                List<Double> samples = bySystem.get(system).stream().sorted().toList();
                text.append(
                        String.format(
                                Locale.ROOT,
                                "  %s %,.2f (%,.2f–%,.2f)",
                                system,
                                median(samples),
                                samples.getFirst(),
                                samples.getLast()));
            }
            if (systems.size() > 1) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "  ratio %.3f",
                                median(bySystem.get(systems.getFirst()))
                                        / median(bySystem.get(systems.getLast()))));
            }
            text.append('\n');
        });
        return text.toString();
    }
}
