package mortise.dist;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mortise.api.config.ConfigException;
import mortise.broker.BrokerStartException;
import mortise.client.BrokerErrorException;
import mortise.client.ConnectionFailedException;
import mortise.client.UndecodableBatchException;
import mortise.spi.partition.PartitionerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code mortise}. Exit status: 0 done, 1 refused or failed, 2 wrong use. */
@Command(
        name = "mortise",
        description = "A Kafka-compatible event streaming broker that you assemble.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        footer = {
            "",
            "Exit status: 0 done, 1 refused or failed, 2 wrong use.",
            "In a checkout also: mortise build, mortise test, mortise maven, mortise publish, mortise bench."
        })
public final class Main implements Runnable {
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    /** In the order in which the usage lists them. */
    private static final Map<String, Class<?>> COMMANDS = commands();

    @Spec private CommandSpec spec;

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put("start", StartCommand.class);
        commands.put("topics", TopicsCommand.class);
        commands.put("produce", ProduceCommand.class);
        commands.put("consume", ConsumeCommand.class);
        commands.put("configs", ConfigsCommand.class);
        commands.put("plugins", PluginsCommand.class);
        commands.put("assemble", AssembleCommand.class);
        commands.put("config", ConfigCommand.class);
        commands.put("completion", CompletionCommand.class);
        commands.put("log", LogCommand.class);
        commands.put("train", TrainCommand.class);
        return commands;
    }

    /** Runs the command line and ends the process with its status. */
    public static void main(String[] arguments) {
        PrintWriter out = new LinePrinter(StandardOutput.ofProcess());
        PrintWriter err = new LinePrinter(System.err);
        end(run(out, err, arguments));
    }

    /**
     * Ends the process. {@link System#exit} asks the logging whether to say so, and to set that up
     * is a fifth of a small command's time, so whoever can just returns.
     */
    private static void end(int status) {
        if (status != 0 || othersKeepTheProcess()) {
            System.exit(status);
        }
    }

    /** Whether a thread, of a plugin for example, would keep the JVM from ending by itself. */
    private static boolean othersKeepTheProcess() {
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        while (all.getParent() != null) {
            all = all.getParent();
        }
        Thread[] alive = new Thread[all.activeCount() + 1];
        int count = all.enumerate(alive);
        return count == alive.length
                || Arrays.stream(alive, 0, count)
                        .anyMatch(each -> !each.isDaemon() && each != Thread.currentThread());
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        boolean json = asksForJson(arguments);
        int status;
        try {
            status = execute(out, err, json, arguments);
            out.flush();
        } catch (OutputFailedException failed) {
            status = outputFailed(failed, err, json);
        } catch (OutOfMemoryError failed) {
            new Failure(
                            Failure.INTERNAL,
                            "the memory of this command is not enough ("
                                    + failed.getMessage()
                                    + "); give it more with MORTISE_JAVA_OPTIONS=-Xmx2g")
                    .print(err, json);
            status = FAILED;
        }
        err.flush();
        return status;
    }

    /** Who reads the output may leave: that is no failure, and needs no word. */
    private static int outputFailed(OutputFailedException failed, PrintWriter err, boolean json) {
        if (failed.readerLeft()) {
            return 0;
        }
        new Failure(Failure.OUTPUT, String.valueOf(failed.getMessage())).print(err, json);
        return FAILED;
    }

    private static int execute(
            PrintWriter out, PrintWriter err, boolean json, String... arguments) {
        CommandLine commandLine = new CommandLine(new Main());
        addCommands(commandLine, arguments);
        commandLine
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Main::runLast)
                .setParameterExceptionHandler((wrong, all) -> misused(wrong, json))
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> explain(failure, command, json));
        return commandLine.execute(arguments);
    }

    /** Help and versions are printed by picocli, which shows a stack trace if that fails. */
    private static int runLast(CommandLine.ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (OutputFailedException failed) {
            throw new CommandLine.ExecutionException(
                    parsed.commandSpec().commandLine(), "printing", failed);
        }
    }

    /** With every command, for those who look at all of them. */
    static CommandLine withAllCommands() {
        CommandLine commandLine = new CommandLine(new Main());
        COMMANDS.forEach(commandLine::addSubcommand);
        return commandLine;
    }

    /** Adds the command that is named, or all: reading the annotations of each takes time. */
    private static void addCommands(CommandLine commandLine, String... arguments) {
        String named = arguments.length == 0 ? "" : arguments[0];
        Class<?> command = COMMANDS.get(named);
        if (command != null) {
            commandLine.addSubcommand(named, command);
        } else if (!named.equals("--version") && !named.equals("-V")) {
            COMMANDS.forEach(commandLine::addSubcommand);
        }
    }

    /** Whether the output is to be JSON, for failures that come before the options are known. */
    private static boolean asksForJson(String... arguments) {
        String all = " " + String.join(" ", arguments) + " ";
        return all.matches("(?is).* (-o[ =]?|--output[ =])json .*");
    }

    /** One line, and for a command without a subcommand its usage. */
    private static int misused(ParameterException wrong, boolean json) {
        CommandLine command = wrong.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String message = wrongUse(wrong) + "; see " + name + " --help";
        new Failure(Failure.USAGE, message).print(command.getErr(), json);
        if (!json && wrong instanceof IncompleteCommandException) {
            command.usage(command.getErr());
        }
        return MISUSED;
    }

    private static String wrongUse(ParameterException wrong) {
        if (!(wrong instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(wrong.getMessage())
                    .replaceAll("\\s+", " ")
                    .replace("option option", "option");
        }
        String first = unmatched.getUnmatched().getFirst();
        boolean group = !unmatched.getCommandLine().getSubcommands().isEmpty();
        List<String> nearest = unmatched.getSuggestions();
        return (unmatched.isUnknownOption()
                        ? "there is no option " + first
                        : group
                                ? "there is no command '" + first + "'"
                                : "'" + first + "' is one argument too many")
                + (nearest.isEmpty() ? "" : "; did you mean " + String.join(", ", nearest) + "?");
    }

    /** One line for what a user can mend, a stack trace for what is our fault. */
    private static int explain(Exception failure, CommandLine command, boolean json)
            throws Exception {
        if (failure instanceof ParameterException wrong) {
            throw wrong;
        }
        PrintWriter err = command.getErr();
        if (failure instanceof OutputFailedException failed) {
            return outputFailed(failed, err, json);
        }
        List<Failure> failures = failures(failure, command);
        boolean ours = failures.getFirst().error().equals(Failure.INTERNAL);
        failures.forEach(each -> each.print(err, json, ours ? failure : null));
        return FAILED;
    }

    private static List<Failure> failures(Exception failure, CommandLine command) {
        return switch (failure) {
            case ConfigException refused ->
                    refused.problems().stream()
                            .map(problem -> new Failure(Failure.CONFIGURATION, problem.toString()))
                            .toList();
            case BrokerErrorException refused ->
                    List.of(
                            new Failure(
                                    refused.error().name(), String.valueOf(refused.getMessage())));
            case ConnectionFailedException failed ->
                    List.of(new Failure(Failure.CONNECTION, String.valueOf(failed.getMessage())));
            case UndecodableBatchException failed ->
                    List.of(new Failure("CORRUPT_MESSAGE", undecodable(failed)));
            case BrokerStartException refused when refused.foreseen() ->
                    List.of(new Failure(Failure.REFUSED, String.valueOf(refused.getMessage())));
            case CommandFailedException failed ->
                    List.of(new Failure(Failure.REFUSED, String.valueOf(failed.getMessage())));
            case PartitionerException failed ->
                    List.of(new Failure(Failure.REFUSED, String.valueOf(failed.getMessage())));
            case UncheckedIOException failed ->
                    List.of(new Failure(Failure.REFUSED, reason(failed)));
            case IOException failed -> List.of(new Failure(Failure.REFUSED, Reasons.of(failed)));
            case Exception other ->
                    List.of(
                            new Failure(
                                    Failure.INTERNAL,
                                    "unexpected failure of '"
                                            + command.getCommandName()
                                            + "': "
                                            + other));
        };
    }

    /** The place, the cause and, if that is known, how to read what follows. */
    private static String undecodable(UndecodableBatchException failed) {
        return failed.getMessage()
                + (failed.nextOffset() > failed.offset()
                        ? "; go on behind it with --partition "
                                + failed.partition().partition()
                                + " --from "
                                + failed.nextOffset()
                        : "");
    }

    /** What was being done, if that is said, and why it failed. */
    private static String reason(UncheckedIOException failed) {
        String doing = String.valueOf(failed.getMessage());
        IOException cause = failed.getCause();
        if (cause == null) {
            return doing;
        }
        return doing.equals(cause.toString())
                ? Reasons.of(cause)
                : doing + ": " + Reasons.of(cause);
    }

    @Override
    public void run() {
        throw new IncompleteCommandException(spec.commandLine(), "name a command");
    }
}
