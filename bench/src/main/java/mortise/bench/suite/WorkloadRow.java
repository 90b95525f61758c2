package mortise.bench.suite;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import mortise.api.Clock;
import mortise.bench.load.LoadRun;
import mortise.bench.load.LoadedBroker;
import mortise.bench.load.Outcome;
import mortise.bench.load.PreparedProduce;
import mortise.bench.load.Series;
import mortise.bench.machine.Environment;
import mortise.bench.report.Comparison;
import mortise.bench.report.Figure;
import mortise.bench.report.ReportFiles;
import mortise.bench.system.Rounds;
import mortise.bench.system.RunningSubject;
import mortise.bench.system.Subject;
import mortise.bench.workload.Workload;

/**
 * A row that is a workload: each round of each system is a fresh process, on which the workload
 * runs once, or once with each value that it takes.
 */
final class WorkloadRow {
    private static final String FLOOR = "floor";
    private static final long SMALL_FILE = 1L << 30;

    private final RowFile file;
    private final Suite.Places places;
    private final Suite.Conditions conditions;
    private final Clock clock;
    private final Suite.Listener listener;

    /**
     * A workload with one of its values.
     *
     * @param value of the key that varies; empty if none does
     */
    private record Step(String value, Workload workload) {}

    WorkloadRow(
            RowFile file,
            Suite.Places places,
            Suite.Conditions conditions,
            Clock clock,
            Suite.Listener listener) {
        this.file = file;
        this.places = places;
        this.conditions = conditions;
        this.clock = clock;
        this.listener = listener;
    }

    /**
     * Measures it.
     *
     * @param command what repeats it
     * @param report where reports go
     */
    Result measure(String command, Path report) throws IOException, InterruptedException {
        Instant begun = Instant.ofEpochMilli(clock.wallMillis());
        List<Subject> subjects = subjects();
        List<Step> steps = steps(subjects);
        Map<Step, Map<Subject, List<Outcome>>> outcomes = new LinkedHashMap<>();
        for (Step step : steps) {
            Map<Subject, List<Outcome>> ofStep = new LinkedHashMap<>();
            subjects.forEach(subject -> ofStep.put(subject, new ArrayList<>()));
            outcomes.put(step, ofStep);
        }
        Rounds.run(
                subjects,
                file.compared().rounds().orElse(conditions.rounds()),
                file.workload().name(),
                (subject, title) ->
                        round(steps, subject, title)
                                .forEach((step, outcome) ->
                                        outcomes.getOrDefault(step, Map.of())
                                                .getOrDefault(subject, new ArrayList<>())
                                                .add(outcome)));
        List<Result.Entry> entries = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (Step step : steps) {
            Comparison comparison =
                    comparison(step, outcomes.getOrDefault(step, Map.of()), begun, command);
            ReportFiles.write(
                    comparison,
                    step.value.isEmpty() ? report : report.resolve(inAFileName(step.value)));
            entries.addAll(entries(comparison, step));
            comparison.warnings().stream()
                    .map(warning -> step.value.isEmpty() ? warning : step.value + ": " + warning)
                    .forEach(warnings::add);
        }
        file.variation()
                .flatMap(RowFile.Variation::growth)
                .ifPresent(growth ->
                        entries.add(
                                growth(
                                        growth,
                                        outcomes.getOrDefault(steps.getFirst(), Map.of()),
                                        outcomes.getOrDefault(steps.getLast(), Map.of()))));
        return new Result(
                file.workload().name(), file.title(), begun.toString(), command, entries, warnings);
    }

    private static String inAFileName(String value) {
        return value.replaceAll("[^A-Za-z0-9]+", "-").toLowerCase(Locale.ROOT);
    }

    private List<Step> steps(List<Subject> subjects) throws IOException, InterruptedException {
        if (file.variation().isEmpty()) {
            return List.of(new Step("", file.workload()));
        }
        RowFile.Variation variation = file.variation().get();
        List<Step> steps = new ArrayList<>();
        double slower = 0;
        for (String value : variation.values()) {
            String taken = value;
            OptionalDouble share = RowFile.shareOfMaximum(variation.key(), value);
            if (share.isPresent()) {
                slower = slower > 0 ? slower : slower(subjects);
                taken = String.format(Locale.ROOT, "%.0f", slower * share.getAsDouble());
            }
            Workload workload = file.workload().with(variation.key(), taken);
            steps.add(
                    new Step(
                            value,
                            steps.isEmpty()
                                    ? workload
                                    : workload.lasting(
                                            variation.warmUp(), workload.measuring().duration())));
        }
        return steps;
    }

    /** How many records a second the slower system takes, if it gets as many as it takes. */
    private double slower(List<Subject> subjects) throws IOException, InterruptedException {
        Workload most = file.workload().with(RowFile.RATE, "maximum");
        double slower = Double.MAX_VALUE;
        for (Subject subject : subjects) {
            String title = file.workload().name() + ", the most of " + subject.name();
            Outcome outcome =
                    Rounds.unspoilt(
                            title,
                            shown -> {
                                try (RunningSubject running = start(subject)) {
                                    return loaded(most, subject, running, shown);
                                }
                            });
            slower =
                    Math.min(
                            slower,
                            outcome.series("produce")
                                    .map(Series.Measured::recordsPerSecond)
                                    .orElseThrow(() ->
                                            new IOException(title + ": " + outcome.failures())));
        }
        return slower;
    }

    /** One process, on which each step is measured. */
    private Map<Step, Outcome> round(List<Step> steps, Subject subject, String title)
            throws IOException, InterruptedException {
        Map<Step, Outcome> outcomes = new LinkedHashMap<>();
        if (steps.size() == 1) {
            outcomes.put(
                    steps.getFirst(),
                    Rounds.unspoilt(
                            title,
                            shown -> {
                                try (RunningSubject running = start(subject)) {
                                    return loaded(
                                            steps.getFirst().workload, subject, running, shown);
                                }
                            }));
            return outcomes;
        }
        try (RunningSubject running = start(subject)) {
            for (Step step : steps) {
                outcomes.put(
                        step,
                        Rounds.unspoilt(
                                title + ", " + step.value,
                                shown -> loaded(step.workload, subject, running, shown)));
            }
        }
        return outcomes;
    }

    private RunningSubject start(Subject subject) throws IOException, InterruptedException {
        return RunningSubject.start(
                subject, places.work(), conditions.port(), conditions.core(), clock);
    }

    private Outcome loaded(Workload workload, Subject subject, RunningSubject running, String title)
            throws IOException, InterruptedException {
        LoadRun run =
                new LoadRun(
                        workload,
                        new LoadedBroker(
                                running.address(),
                                OptionalLong.of(running.pid()),
                                Optional.of(running.data()),
                                Optional.empty()),
                        clock,
                        listener.begins(title));
        if (subject instanceof Subject.Floor) {
            running.awaitPort();
            return run.runBare();
        }
        running.connect().close();
        return run.run();
    }

    private List<Subject> subjects() {
        List<Subject> subjects = new ArrayList<>();
        subjects.add(
                new Subject.Mortise(
                        Suite.FIRST,
                        places.home(),
                        Optional.empty(),
                        file.compared().mortise(),
                        false));
        subjects.add(new Subject.Peer(places.peer(), file.compared().kafka()));
        if (file.compared().floor()) {
            Workload.Producers producers = file.workload().producers();
            PreparedProduce request =
                    PreparedProduce.of(
                            FLOOR,
                            0,
                            producers.sending().requestRecords(),
                            producers.records().size(),
                            producers.sending().acks().code());
            boolean grows = !file.workload().topic().config().containsKey("retention.bytes");
            subjects.add(new Subject.Floor(request, grows ? Long.MAX_VALUE : SMALL_FILE));
        }
        return subjects;
    }

    private Comparison comparison(
            Step step, Map<Subject, List<Outcome>> outcomes, Instant begun, String command) {
        return new Comparison(
                step.workload,
                outcomes.entrySet().stream()
                        .map(each ->
                                new Comparison.SystemRuns(
                                        each.getKey().name(),
                                        each.getKey().description(),
                                        List.copyOf(each.getValue())))
                        .toList(),
                begun,
                command,
                Environment.of(places.work()),
                List.of(title(step), "replication factor 1"));
    }

    private String title(Step step) {
        return file.title()
                + file.variation()
                        .map(variation -> ", " + variation.key() + ": " + step.value)
                        .orElse("");
    }

    private List<Result.Entry> entries(Comparison comparison, Step step) {
        Map<String, Target> targets = new LinkedHashMap<>(file.targets());
        file.variation()
                .ifPresent(variation ->
                        targets.putAll(variation.targets().getOrDefault(step.value, Map.of())));
        List<Result.Entry> entries = new ArrayList<>();
        for (Comparison.Row row : comparison.rows()) {
            Map<String, List<Double>> values = new LinkedHashMap<>();
            comparison
                    .systems()
                    .forEach(system ->
                            values.put(system.name(), values(system.valid(), row.figure())));
            values.values().removeIf(List::isEmpty);
            String name = row.figure().name();
            entries.add(
                    new Result.Entry(
                            step.value.isEmpty() ? name : name + " at " + step.value,
                            row.figure().unit(),
                            row.figure().more(),
                            values,
                            Optional.ofNullable(targets.get(row.figure().key()))));
        }
        return entries;
    }

    private static List<Double> values(List<Outcome> rounds, Figure figure) {
        return rounds.stream().flatMap(round -> figure.value().apply(round).stream()).toList();
    }

    /** By how much a figure grows from the first value to the last, round by round. */
    private Result.Entry growth(
            RowFile.Growth growth,
            Map<Subject, List<Outcome>> first,
            Map<Subject, List<Outcome>> last) {
        Figure figure =
                Figure.all().stream()
                        .filter(each -> each.key().equals(growth.figure()))
                        .findFirst()
                        .orElseThrow();
        Function<Outcome, Optional<Double>> value =
                outcome ->
                        outcome.failures().isEmpty()
                                ? figure.value().apply(outcome)
                                : Optional.empty();
        Map<String, List<Double>> values = new LinkedHashMap<>();
        first.forEach((subject, rounds) -> {
            List<Outcome> lastRounds = last.getOrDefault(subject, List.of());
            List<Double> growths = new ArrayList<>();
            for (int round = 0; round < rounds.size(); round++) {
                Optional<Double> end = value.apply(lastRounds.get(round));
                value.apply(rounds.get(round))
                        .flatMap(begin -> end.map(reached -> reached / begin))
                        .ifPresent(growths::add);
            }
            if (!growths.isEmpty()) {
                values.put(subject.name(), growths);
            }
        });
        return new Result.Entry(
                figure.name() + ", growth from the first value to the last",
                "times",
                false,
                values,
                Optional.of(growth.target()));
    }
}
