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
     * A table: a row per figure, median and range per system, and the ratio of the first to each of
     * the others.
     */
    String table() {
        StringBuilder text = new StringBuilder();
        values.forEach((figure, bySystem) -> {
            text.append(String.format(Locale.ROOT, "%-44s", figure));
            List<Double> medians = new ArrayList<>();
            bySystem.forEach((system, samples) -> {
                List<Double> sorted = samples.stream().sorted().toList();
                medians.add(median(sorted));
                text.append(
                        String.format(
                                Locale.ROOT,
                                "  %s %,.2f (%,.2f–%,.2f)",
                                system,
                                median(sorted),
                                sorted.getFirst(),
                                sorted.getLast()));
            });
            List<String> systems = List.copyOf(bySystem.keySet());
            for (int other = 1; other < medians.size(); other++) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "  %s/%s %.3f",
                                systems.getFirst(),
                                systems.get(other),
                                medians.getFirst() / medians.get(other)));
            }
            text.append('\n');
        });
        return text.toString();
    }
}
