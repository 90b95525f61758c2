package mortise.dist;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import mortise.api.config.ConfigException;
import mortise.client.BrokerErrorException;
import mortise.client.ConnectionFailedException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code mortise}. Exit status: 0 done, 1 refused or failed, 2 wrong use. */
@Command(
        name = "mortise",
        description = "A Kafka-compatible event streaming broker that you assemble.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        subcommands = {
            StartCommand.class,
            TopicsCommand.class,
            ProduceCommand.class,
            ConsumeCommand.class,
            ConfigsCommand.class,
            TrainCommand.class
        },
        footer = {"", "In a checkout also: mortise build, mortise test."})
public final class Main implements Runnable {
    @Spec private CommandSpec spec;

    /** Runs the command line and ends the process with its status. */
    public static void main(String[] arguments) {
        System.exit(
                run(
                        new PrintWriter(System.out, false, StandardCharsets.UTF_8),
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                        arguments));
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commandLine =
                new CommandLine(new Main())
                        .setOut(out)
                        .setErr(err)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setExecutionExceptionHandler(Main::explain);
        int status = commandLine.execute(arguments);
        out.flush();
        err.flush();
        return status;
    }

    /** One line for what a user can mend, a stack trace for what is our fault. */
    private static int explain(
            Exception failure, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        PrintWriter err = command.getErr();
        switch (failure) {
            case ConfigException refused ->
                    refused.problems().forEach(problem -> err.println("mortise: " + problem));
            case BrokerErrorException refused -> err.println("mortise: " + refused.getMessage());
            case ConnectionFailedException failed -> err.println("mortise: " + failed.getMessage());
            case CommandFailedException failed -> err.println("mortise: " + failed.getMessage());
            case ParameterException wrong -> throw wrong;
            case Exception other -> {
                err.println("mortise: unexpected failure of '" + command.getCommandName() + "'");
                other.printStackTrace(err);
            }
        }
        return 1;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }
}
