package mortise.bench.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.bench.load.Outcome;
import mortise.bench.machine.Environment;
import mortise.bench.machine.Stages;
import mortise.bench.workload.Workload;
import org.HdrHistogram.Histogram;

/**
 * What a report is about: one workload, one or several systems, one or several rounds of each.
 *
 * @param command what was typed
 * @param notes what a reader must know beside the figures, such as the durability class
 */
public record Comparison(
        Workload workload,
        List<SystemRuns> systems,
        Instant begun,
        String command,
        Environment environment,
        List<String> notes) {

    /**
     * The rounds of one system.
     *
     * @param description what it is made of, one line
     */
    public record SystemRuns(String name, String description, List<Outcome> rounds) {
        /** The rounds that say something. */
        public List<Outcome> valid() {
            return rounds.stream().filter(round -> round.failures().isEmpty()).toList();
        }

        Optional<Spread> spread(Figure figure) {
            List<Double> values =
                    valid().stream()
                            .flatMap(round -> figure.value().apply(round).stream())
                            .toList();
            return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
        }

        /** What the broker said of its stages in the rounds that count, one line for each. */
        List<String> stages() {
            Map<String, List<Stages.Stage>> rounds = new LinkedHashMap<>();
            for (Outcome round : valid()) {
                round.use()
                        .stages()
                        .ifPresent(stages ->
                                stages.byName()
                                        .forEach((stage, said) ->
                                                rounds.computeIfAbsent(
                                                                stage, first -> new ArrayList<>())
                                                        .add(said)));
            }
            List<String> lines = new ArrayList<>();
            rounds.forEach((stage, said) -> lines.add(StageLine.of(name, stage, said)));
            return lines;
        }

        /** The latencies of all rounds that say something, in microseconds. */
        Optional<Histogram> latencies(String series) {
            List<Histogram> all =
                    valid().stream()
                            .flatMap(round -> round.series(series).stream())
                            .map(measured -> measured.latencies())
                            .filter(latencies -> latencies.getTotalCount() > 0)
                            .toList();
            if (all.isEmpty()) {
                return Optional.empty();
            }
            Histogram sum = all.getFirst().copy();
            all.subList(1, all.size()).forEach(sum::add);
            return Optional.of(sum);
        }
    }

    /**
     * A figure of all systems that have it.
     *
     * @param spreads by system, in their order
     */
    public record Row(Figure figure, Map<String, Spread> spreads) {}

    /** Every figure that at least one system has. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Figure figure : Figure.all()) {
            Map<String, Spread> spreads = new LinkedHashMap<>();
            for (SystemRuns system : systems) {
                system.spread(figure).ifPresent(spread -> spreads.put(system.name(), spread));
            }
            if (!spreads.isEmpty()) {
                rows.add(new Row(figure, spreads));
            }
        }
        return rows;
    }

    /** Why the figures are to be read with care, each with where and how often. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (SystemRuns system : systems) {
            for (int round = 0; round < system.rounds.size(); round++) {
                Outcome outcome = system.rounds.get(round);
                String where = system.name + ", round " + (round + 1) + ": ";
                outcome.failures()
                        .forEach(failure -> warnings.add(where + "does not count: " + failure));
                outcome.marks().forEach(mark -> warnings.add(where + mark));
            }
        }
        return warnings;
    }

    /** Whether at least one round says something. */
    public boolean saysSomething() {
        return systems.stream().anyMatch(system -> !system.valid().isEmpty());
    }
}
