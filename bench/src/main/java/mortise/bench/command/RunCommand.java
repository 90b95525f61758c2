package mortise.bench.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.bench.load.LoadRun;
import mortise.bench.load.LoadedBroker;
import mortise.bench.load.Outcome;
import mortise.bench.machine.Environment;
import mortise.bench.machine.Listener;
import mortise.bench.report.Comparison;
import mortise.bench.report.ReportFiles;
import mortise.bench.report.TextReport;
import mortise.bench.system.Subject;
import mortise.bench.workload.UsageException;
import mortise.bench.workload.Workload;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts a workload on a broker that runs, or on several systems that it starts for it. */
@Command(
        name = "run",
        description =
                "Put a workload on a broker that runs (--target), or on systems that are started for it, a fresh process and directory each round, in turns (--compare, --peer).")
final class RunCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "WORKLOAD.yaml",
            description = "What is sent and read: docs/bench.md has the keys.")
    @Nullable Path workload;

    @Option(names = "--target", paramLabel = "HOST:PORT", description = "A broker that runs.")
    @Nullable String target;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "Its process, if it cannot be found by its port.")
    @Nullable Long pid;

    @Option(
            names = "--compare",
            arity = "1..*",
            paramLabel = "SYSTEM",
            description =
                    "Mortise brokers: an assembled directory, or a configuration file for the one that --home names.")
    List<String> compare = new ArrayList<>();

    @Option(
            names = "--peer",
            paramLabel = "kafka",
            description = "Apache Kafka beside them, from Maven Central.")
    @Nullable String peer;

    @Mixin Turns turns = new Turns();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the report goes; default bench/target/reports/TIME-WORKLOAD.")
    @Nullable Path out;

    @Option(names = "--keys", description = "Say which keys a workload file may have.")
    boolean keys;

    private final Clock clock;
    private final String command;

    RunCommand(Clock clock, String command) {
        this.clock = clock;
        this.command = command;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (keys) {
            System.out.print(Workload.table());
            return 0;
        }
        if (workload == null) {
            throw new UsageException("name a workload file");
        }
        Workload wanted = Workload.read(workload);
        List<Subject> subjects = new ArrayList<>();
        compare.forEach(each -> subjects.add(turns.mortise(each)));
        if (peer != null) {
            if (!peer.equals("kafka")) {
                throw new UsageException("there is no peer " + peer + "; there is kafka");
            }
            subjects.add(turns.kafka());
        }
        if ((target == null) == subjects.isEmpty()) {
            throw new UsageException(
                    "say either --target HOST:PORT, or --compare SYSTEM… and --peer kafka");
        }
        Instant begun = Instant.ofEpochMilli(clock.wallMillis());
        List<Comparison.SystemRuns> systems =
                target == null
                        ? turns.run(wanted, Turns.checked(subjects), clock)
                        : List.of(running(wanted, HostPort.parse(target)));
        return report(wanted, systems, begun);
    }

    private Comparison.SystemRuns running(Workload wanted, HostPort address)
            throws IOException, InterruptedException {
        OptionalLong process = pid == null ? Listener.pid(address) : OptionalLong.of(pid);
        Outcome outcome =
                new LoadRun(
                                wanted,
                                LoadedBroker.of(address, process),
                                clock,
                                new TerminalProgress("target"))
                        .run();
        return new Comparison.SystemRuns(
                "target",
                "the broker at "
                        + address
                        + (process.isPresent()
                                ? ", process " + process.getAsLong()
                                : ", whose process is not seen: nothing is said per CPU-second"),
                List.of(outcome));
    }

    private static String durability(Workload workload) {
        return "1".equals(workload.texts().get("topic.config.flush.messages"))
                ? "durability class B: acknowledged after an fsync"
                : "durability class A: acknowledged from the page cache, unless a system's own settings say otherwise";
    }

    private int report(Workload wanted, List<Comparison.SystemRuns> systems, Instant begun)
            throws IOException {
        Path work = Files.createDirectories(turns.work());
        Comparison comparison =
                new Comparison(
                        wanted,
                        systems,
                        begun,
                        command,
                        Environment.of(work),
                        List.of(durability(wanted), "replication factor 1", turns.conditions()));
        Path directory = out == null ? Reports.directory(begun, wanted.name()) : out;
        Path page = ReportFiles.write(comparison, directory);
        System.out.print(TextReport.of(comparison));
        System.out.printf(Locale.ROOT, "report: %s%n", page);
        return comparison.saysSomething() ? 0 : 1;
    }
}
