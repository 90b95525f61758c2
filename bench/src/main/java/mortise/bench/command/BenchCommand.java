package mortise.bench.command;

import java.io.IOException;
import java.util.List;
import mortise.api.Clock;
import mortise.bench.workload.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** All of the bench's commands. */
@Command(
        name = "mortise bench",
        description = "Measure Mortise, and Apache Kafka beside it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class BenchCommand {
    private static final int USAGE = 2;
    private static final int FAILED = 1;

    private BenchCommand() {}

    /** Runs a command line; returns its exit status. */
    public static int run(String... arguments) {
        Clock clock = Clock.system();
        String typed = "mortise bench " + String.join(" ", List.of(arguments));
        CommandLine line =
                new CommandLine(new BenchCommand())
                        .addSubcommand(new RunCommand(clock, typed))
                        .addSubcommand(new SuiteCommand(clock))
                        .addSubcommand(new MicroCommand(clock))
                        .setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> said(failure));
        return line.execute(arguments);
    }

    private static int said(Exception failure) {
        System.err.println("bench: " + failure.getMessage());
        return switch (failure) {
            case UsageException _ -> USAGE;
            case IOException _ -> FAILED;
            default -> {
                failure.printStackTrace();
                yield FAILED;
            }
        };
    }
}
