package mortise.bench.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import mortise.api.Clock;
import mortise.bench.micro.MicroRun;
import mortise.bench.micro.Microbenchmarks;
import mortise.bench.workload.UsageException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures single parts with JMH. */
@Command(
        name = "micro",
        description =
                "Measure single parts with JMH, beside Kafka's own where it has the same: docs/bench.md has what there is.")
final class MicroCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILTER",
            description = "A part of the names that are measured, or a regular expression.")
    @Nullable String filter;

    @Option(
            names = "--forks",
            paramLabel = "N",
            defaultValue = "3",
            description = "Fresh processes for each; default ${DEFAULT-VALUE}.")
    int forks;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "The length of an iteration, of which a process has five to warm up and five that count; default ${DEFAULT-VALUE}.")
    int seconds;

    @Option(names = "--list", description = "Say which there are, and measure nothing.")
    boolean list;

    private final Clock clock;

    MicroCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        List<Microbenchmarks.Entry> wanted = Microbenchmarks.installed().matching(filter);
        if (list) {
            wanted.forEach(each -> System.out.println(each.name()));
            return 0;
        }
        if (forks < 1 || seconds < 1) {
            throw new UsageException("--forks and --seconds are at least 1");
        }
        Path directory = Reports.directory(Instant.ofEpochMilli(clock.wallMillis()), "micro");
        System.out.print(new MicroRun(forks, seconds, directory).measure(wanted, System.out));
        System.out.println("results: " + directory);
        return 0;
    }
}
