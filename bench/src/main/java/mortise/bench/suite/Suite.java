package mortise.bench.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.bench.load.Progress;
import mortise.bench.system.Rounds;
import mortise.bench.system.RunningSubject;
import mortise.bench.system.Subject;
import mortise.bench.workload.UsageException;

/** The standing set of rows, each measured on fresh processes and fresh directories, in turns. */
public final class Suite {
    static final String FIRST = "mortise";
    static final String PEER = "kafka";

    /**
     * What rows are measured with.
     *
     * @param workloads the folder of the rows that are workloads
     * @param results where results stay, a file for each row
     * @param home the assembled Mortise
     * @param peer Apache Kafka's jars
     * @param work where data directories are made
     */
    public record Places(Path workloads, Path results, Path home, Path peer, Path work) {}

    /**
     * How often, and where.
     *
     * @param core the processor to pin systems to, or -1
     */
    public record Conditions(int rounds, int port, int core) {}

    /** Says what is going on. */
    @FunctionalInterface
    public interface Listener {
        /** A round of a system begins; hears how that goes. */
        Progress begins(String what);
    }

    private final Places places;
    private final Conditions conditions;
    private final Clock clock;
    private final Listener listener;

    public Suite(Places places, Conditions conditions, Clock clock, Listener listener) {
        this.places = places;
        this.conditions = conditions;
        this.clock = clock;
        this.listener = listener;
    }

    /** The names of all rows, in the order of the table. */
    public List<String> rows() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(places.workloads)) {
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.substring(0, name.length() - ".yaml".length()))
                    .sorted()
                    .forEach(names::add);
        }
        Program.all().forEach(program -> names.add(program.name()));
        return names;
    }

    /**
     * Measures a row and keeps its result.
     *
     * @param report where the row's report goes, if it is a workload
     * @throws UsageException if there is no such row
     */
    public void measure(String row, Path report) throws IOException, InterruptedException {
        Optional<Program> program =
                Program.all().stream().filter(each -> each.name().equals(row)).findFirst();
        Result result;
        if (program.isPresent()) {
            result = program(program.get());
        } else {
            if (!rows().contains(row)) {
                throw new UsageException(
                        "there is no row " + row + "; there are " + String.join(", ", rows()));
            }
            RowFile file = RowFile.read(places.workloads.resolve(row + ".yaml"));
            result =
                    new WorkloadRow(file, places, conditions, clock, listener)
                            .measure(command(row, file.compared().rounds().isEmpty()), report);
        }
        ResultFile.write(result, places.results.resolve(row + ".json"));
    }

    private Result program(Program program) throws IOException, InterruptedException {
        Instant begun = now();
        Map<String, Result.Entry> entries = new LinkedHashMap<>();
        List<Subject> subjects =
                List.of(
                        new Subject.Mortise(FIRST, places.home, Optional.empty(), List.of(), false),
                        new Subject.Peer(places.peer, List.of()));
        Rounds.run(
                subjects,
                conditions.rounds,
                program.name(),
                (subject, title) -> {
                    Progress _ = listener.begins(title);
                    try (RunningSubject running = start(subject)) {
                        program.deed()
                                .run(
                                        running,
                                        clock,
                                        (figure, unit, value) ->
                                                entries.computeIfAbsent(
                                                                figure,
                                                                name ->
                                                                        new Result.Entry(
                                                                                name,
                                                                                unit,
                                                                                false,
                                                                                new LinkedHashMap<>(),
                                                                                Optional.ofNullable(
                                                                                        program.targets()
                                                                                                .get(
                                                                                                        name))))
                                                        .values()
                                                        .computeIfAbsent(
                                                                subject.name(),
                                                                name -> new ArrayList<>())
                                                        .add(value));
                    }
                });
        return new Result(
                program.name(),
                program.title(),
                begun.toString(),
                command(program.name(), true),
                List.copyOf(entries.values()),
                List.of());
    }

    private RunningSubject start(Subject subject) throws IOException, InterruptedException {
        return RunningSubject.start(subject, places.work, conditions.port, conditions.core, clock);
    }

    /**
     * What repeats a row.
     *
     * @param rounds whether it is measured as often as the suite is told
     */
    private String command(String row, boolean rounds) {
        return (conditions.core >= 0 ? "taskset -c 1 " : "")
                + "./mortise bench suite --row "
                + row
                + (rounds ? " --rounds " + conditions.rounds : "")
                + (conditions.core >= 0 ? " --pin" : "");
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.wallMillis());
    }
}
