package mortise.dist;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mortise.api.config.ConfigException;
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
            "In a checkout also: mortise build, mortise test, mortise maven, mortise bench."
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
        commands.put("log", LogCommand.class);
        commands.put("train", TrainCommand.class);
        return commands;
    }

    /** Runs the command line and ends the process with its status. */
    public static void main(String[] arguments) {
        System.exit(
                run(
                        new PrintWriter(System.out, false, StandardCharsets.UTF_8),
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                        arguments));
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        boolean json = asksForJson(arguments);
        CommandLine commandLine = new CommandLine(new Main());
        addCommands(commandLine, arguments);
        commandLine
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((wrong, all) -> misused(wrong, json))
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> explain(failure, command, json));
        int status = commandLine.execute(arguments);
        out.flush();
        err.flush();
        return status;
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
                    List.of(
                            new Failure(
                                    "CORRUPT_MESSAGE",
                                    failed.getMessage()
                                            + "; go on behind it with --partition "
                                            + failed.partition().partition()
                                            + " --from "
                                            + failed.nextOffset()));
            case CommandFailedException failed ->
                    List.of(new Failure(Failure.REFUSED, String.valueOf(failed.getMessage())));
            case PartitionerException failed ->
                    List.of(new Failure(Failure.REFUSED, String.valueOf(failed.getMessage())));
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

    @Override
    public void run() {
        throw new IncompleteCommandException(spec.commandLine(), "name a command");
    }
}
