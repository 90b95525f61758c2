package mortise.bench.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import mortise.api.Clock;
import mortise.bench.load.LoadRun;
import mortise.bench.load.LoadedBroker;
import mortise.bench.load.Outcome;
import mortise.bench.machine.Environment;
import mortise.bench.report.Comparison;
import mortise.bench.system.Rounds;
import mortise.bench.system.RunningSubject;
import mortise.bench.system.Subject;
import mortise.bench.workload.UsageException;
import mortise.bench.workload.Workload;
import picocli.CommandLine.Option;

/** The options of whatever has systems take turns: how often, where, and which systems. */
final class Turns {
    static final int PORT = 29_192;

    private static final int PORTS_EACH = 2;

    /** What a system that is warm needs to find its stride again. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each system is measured (default 5).")
    int rounds = 5;

    @Option(
            names = "--pin",
            description =
                    "Pin the measured system to processor 0; start the bench itself under taskset -c 1.")
    boolean pin;

    @Option(
            names = "--beside",
            description =
                    "Start all systems at once, warm them up once, and load them in turn: for two builds of one system, which differ by less than what a fresh process's place costs it.")
    boolean beside;

    @Option(
            names = "--stages",
            description =
                    "Ask each Mortise how long the stages of its requests took: it has a metrics page for it.")
    boolean stages;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            defaultValue = "dist/target/mortise",
            description = "The assembled Mortise that configuration files are for.")
    Path home = Path.of("dist/target/mortise");

    @Option(
            names = "--peer-libraries",
            paramLabel = "DIR",
            defaultValue = "bench/peer/target/lib",
            description = "Apache Kafka's jars.")
    Path peerLibraries = Path.of("bench/peer/target/lib");

    @Option(
            names = "--work",
            paramLabel = "DIR",
            defaultValue = "bench/target/work",
            description = "Where data directories are made.")
    Path work = Path.of("bench/target/work");

    Path work() {
        return work.toAbsolutePath();
    }

    /** How it was measured, for reports. */
    String conditions() {
        return (pin
                        ? "the measured system pinned to one processor of "
                                + Environment.processors()
                        : "nothing pinned")
                + (beside
                        ? "; all systems up at once, loaded in turn"
                        : "; the systems take turns, each round with a fresh process");
    }

    /** A Mortise by its directory or configuration file. */
    Subject mortise(String where) {
        Path path = Path.of(where).toAbsolutePath().normalize();
        String name = String.valueOf(path.getFileName()).replaceFirst("\\.ya?ml$", "");
        if (Files.isDirectory(path)) {
            return new Subject.Mortise(name, launcherIn(path), Optional.empty(), List.of(), stages);
        }
        if (Files.isReadable(path)) {
            return new Subject.Mortise(name, assembled(), Optional.of(path), List.of(), stages);
        }
        throw new UsageException(
                where + " is neither an assembled Mortise nor a configuration file");
    }

    private static Path launcherIn(Path directory) {
        if (!Files.isExecutable(directory.resolve("mortise"))) {
            throw new UsageException(directory + " has no mortise to start");
        }
        return directory;
    }

    Subject kafka() {
        return new Subject.Peer(libraries(), List.of());
    }

    /** Where Apache Kafka's jars are. */
    Path libraries() {
        if (!Files.isDirectory(peerLibraries)) {
            throw new UsageException(
                    "Apache Kafka's jars are not in "
                            + peerLibraries
                            + "; ./mvnw -pl bench/peer package fetches them");
        }
        return peerLibraries.toAbsolutePath();
    }

    /** The assembled Mortise. */
    Path assembled() {
        return launcherIn(home.toAbsolutePath());
    }

    /** The processor to pin systems to, or -1. */
    int core() {
        return pin ? 0 : -1;
    }

    /** Systems whose names are different. */
    static List<Subject> checked(List<Subject> subjects) {
        Set<String> names = new HashSet<>();
        for (Subject subject : subjects) {
            if (!names.add(subject.name())) {
                throw new UsageException(
                        "two systems are called " + subject.name() + "; rename one of them");
            }
        }
        return subjects;
    }

    /** Puts the workload on each, round by round. */
    List<Comparison.SystemRuns> run(Workload workload, List<Subject> subjects, Clock clock)
            throws IOException, InterruptedException {
        Map<Subject, List<Outcome>> outcomes = new LinkedHashMap<>();
        subjects.forEach(subject -> outcomes.put(subject, new ArrayList<>()));
        try (Standing standing = beside ? besides(workload, subjects, clock) : new Standing()) {
            Workload each =
                    beside ? workload.lasting(SHORT, workload.measuring().duration()) : workload;
            Rounds.run(
                    subjects,
                    rounds,
                    "",
                    (subject, title) ->
                            outcomes.getOrDefault(subject, new ArrayList<>())
                                    .add(measured(each, subject, standing, title, clock)));
        }
        return outcomes.entrySet().stream()
                .map(each ->
                        new Comparison.SystemRuns(
                                each.getKey().name(),
                                each.getKey().description(),
                                List.copyOf(each.getValue())))
                .toList();
    }

    /** Systems that stay up over all rounds; none if each round has its own. */
    private static final class Standing implements AutoCloseable {
        private final Map<Subject, RunningSubject> running = new LinkedHashMap<>();

        @Override
        public void close() throws IOException {
            for (RunningSubject each : running.values()) {
                each.close();
            }
        }
    }

    private Standing besides(Workload workload, List<Subject> subjects, Clock clock)
            throws IOException, InterruptedException {
        Standing standing = new Standing();
        boolean warm = false;
        try {
            for (Subject subject : subjects) {
                int port = PORT + PORTS_EACH * standing.running.size();
                RunningSubject running = RunningSubject.start(subject, work(), port, core(), clock);
                standing.running.put(subject, running);
                load(workload, running, "warming up " + subject.name(), clock);
            }
            warm = true;
            return standing;
        } finally {
            if (!warm) {
                standing.close();
            }
        }
    }

    private Outcome measured(
            Workload workload, Subject subject, Standing standing, String title, Clock clock)
            throws IOException, InterruptedException {
        RunningSubject up = standing.running.get(subject);
        if (up != null) {
            return load(workload, up, title, clock);
        }
        return Rounds.unspoilt(title, shown -> once(workload, subject, shown, clock));
    }

    private Outcome once(Workload workload, Subject subject, String title, Clock clock)
            throws IOException, InterruptedException {
        try (RunningSubject running = RunningSubject.start(subject, work(), PORT, core(), clock)) {
            return load(workload, running, title, clock);
        }
    }

    private static Outcome load(
            Workload workload, RunningSubject running, String title, Clock clock)
            throws IOException, InterruptedException {
        running.connect().close();
        return new LoadRun(
                        workload,
                        new LoadedBroker(
                                running.address(),
                                OptionalLong.of(running.pid()),
                                Optional.of(running.data()),
                                running.metrics()),
                        clock,
                        new TerminalProgress(title))
                .run();
    }
}
