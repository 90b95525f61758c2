package mortise.dist;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mortise.api.TopicPartition;
import mortise.broker.BrokerBuilder;
import mortise.broker.OfflineLogs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mortise log}: the logs of a broker that does not run. */
@Command(
        name = "log",
        description = "Looks after the logs of a broker that does not run.",
        subcommands = {LogImportCommand.class, LogRepairCommand.class},
        mixinStandardHelpOptions = true)
final class LogCommand implements Runnable {
    private static final String ALL = "9223372036854775807";

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new IncompleteCommandException(
                spec.commandLine(), "name what to do: accept-loss, dump, import, repair or verify");
    }

    /** Which logs. */
    static final class Selection {
        @Spec(Spec.Target.MIXEE)
        private CommandSpec command;

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "The data directory of the stopped broker.")
        private @Nullable String data;

        @Option(names = "--topic", paramLabel = "TOPIC", description = "Only this topic's logs.")
        private @Nullable String topic;

        @Option(
                names = "--partition",
                paramLabel = "N",
                converter = Numbers.Partition.class,
                description = "Only the partitions of this number.")
        private @Nullable Integer partition;

        BrokerBuilder builder(ConfigurationOptions configuration) {
            return configuration.builder().layer("--data", layer());
        }

        private Map<String, String> layer() {
            if (data == null) {
                return Map.of();
            }
            if (data.isBlank()) {
                throw new ParameterException(
                        command.commandLine(), "--data: the name of the directory is empty");
            }
            return Map.of("data.directory", data);
        }

        private TopicPartition one() {
            if (topic == null || partition == null) {
                throw new ParameterException(
                        command.commandLine(), "name the log with --topic and --partition");
            }
            return new TopicPartition(topic, partition);
        }

        boolean has(TopicPartition log) {
            return (topic == null || topic.equals(log.topic()))
                    && (partition == null || partition == log.partition());
        }
    }

    @Command(
            name = "accept-loss",
            description = {
                "Takes records for lost that a stopped broker's logs should have and lack.",
                "Without --yes it shows what is missing and accepts nothing. Afterwards consumers",
                "pass over the gap instead of being refused. To get the records back, put the",
                "missing files back instead. Logs are recovered as by a start of the broker."
            },
            mixinStandardHelpOptions = true)
    void acceptLoss(
            @Mixin ConfigurationOptions configuration,
            @Mixin OutputOptions output,
            @Mixin Selection selection,
            @Option(names = "--yes", description = "Do it; without this it is only shown.")
                    boolean yes) {
        List<OfflineLogs.Loss> losses;
        try (OfflineLogs logs = selection.builder(configuration).offlineLogs()) {
            losses = logs.missing(selection::has, yes);
        }
        PrintWriter out = spec.commandLine().getOut();
        output.print(out, asMap(losses, yes), () -> print(out, losses, yes));
    }

    @Command(
            name = "verify",
            description = {
                "Reads the logs of a stopped broker from end to end and says what is wrong in them:",
                "checksums, the order of offsets and leader epochs, records that cannot be opened,",
                "look-ups that do not find what is there, and what is kept of leader epochs,",
                "producers and aborted transactions. Exit status 1 if anything is wrong. Logs are",
                "recovered as by a start of the broker."
            },
            mixinStandardHelpOptions = true)
    int verify(
            @Mixin ConfigurationOptions configuration,
            @Mixin OutputOptions output,
            @Mixin Selection selection) {
        PrintWriter out = spec.commandLine().getOut();
        List<OfflineLogs.Examined> all = new ArrayList<>();
        BrokerBuilder builder = selection.builder(configuration);
        try (OfflineLogs logs = builder.offlineLogs()) {
            logs.examine(
                    selection::has,
                    builder.codecs(),
                    findings -> {
                        all.add(findings);
                        if (!output.json()) {
                            print(out, findings);
                            out.flush();
                        }
                    });
        }
        long bad = all.stream().filter(findings -> !findings.problems().isEmpty()).count();
        output.print(
                out,
                Map.of("logs", all.stream().map(LogCommand::asMap).toList()),
                () ->
                        out.println(
                                bad == 0
                                        ? all.size() + " logs, nothing is wrong"
                                        : bad
                                                + " of "
                                                + all.size()
                                                + " logs are not as they should be"));
        return bad == 0 ? 0 : 1;
    }

    @Command(
            name = "dump",
            description = {
                "Prints the batches of one of a stopped broker's logs, a line each.",
                "The log is recovered as by a start of the broker."
            },
            mixinStandardHelpOptions = true)
    void dump(
            @Mixin ConfigurationOptions configuration,
            @Mixin OutputOptions output,
            @Mixin Selection selection,
            @Option(
                            names = "--from",
                            paramLabel = "OFFSET",
                            defaultValue = "0",
                            converter = Numbers.Count.class,
                            description = "The offset to begin at.")
                    long from,
            @Option(
                            names = "--max",
                            paramLabel = "BATCHES",
                            defaultValue = ALL,
                            converter = Numbers.Count.class,
                            description = "How many batches to print at most.")
                    long most,
            @Option(names = "--records", description = "Print the records too.") boolean records) {
        TopicPartition wanted = selection.one();
        BrokerBuilder builder = selection.builder(configuration);
        PrintWriter out = spec.commandLine().getOut();
        try (OfflineLogs logs = builder.offlineLogs()) {
            BatchDump dump =
                    new BatchDump(out, output.json(), records ? builder.codecs() : null, most);
            if (!logs.read(wanted, from, dump)) {
                throw new CommandFailedException("there is no log of " + wanted);
            }
        }
    }

    private static void print(PrintWriter out, OfflineLogs.Examined findings) {
        String name = findings.partition().toString();
        findings.bounds()
                .ifPresent(bounds ->
                        out.println(
                                name
                                        + ": offsets "
                                        + bounds.startOffset()
                                        + " to "
                                        + bounds.endOffset()
                                        + ", "
                                        + findings.batches()
                                        + " batches, "
                                        + findings.records()
                                        + " records, "
                                        + findings.bytes()
                                        + " bytes"
                                        + (findings.problems().isEmpty() ? ": sound" : "")));
        findings.problems().forEach(problem -> out.println(name + ": " + problem));
        if (findings.furtherProblems() > 0) {
            out.println(name + ": and " + findings.furtherProblems() + " more");
        }
    }

    private static Map<String, Object> asMap(OfflineLogs.Examined findings) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", findings.partition().topic());
        row.put("partition", findings.partition().partition());
        findings.bounds()
                .ifPresent(bounds -> {
                    row.put("start", bounds.startOffset());
                    row.put("end", bounds.endOffset());
                });
        row.put("batches", findings.batches());
        row.put("records", findings.records());
        row.put("bytes", findings.bytes());
        row.put("problems", findings.problems());
        row.put("further-problems", findings.furtherProblems());
        return row;
    }

    private static Map<String, Object> asMap(List<OfflineLogs.Loss> losses, boolean accepted) {
        List<Map<String, Object>> rows = new ArrayList<>();
        losses.forEach(loss ->
                loss.missing()
                        .forEach(range -> {
                            Map<String, Object> row = new LinkedHashMap<>();
                            row.put("topic", loss.partition().topic());
                            row.put("partition", loss.partition().partition());
                            row.put("from", range.from());
                            row.put("to", range.to() - 1);
                            row.put("cause", range.cause());
                            rows.add(row);
                        }));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("accepted", accepted);
        map.put("missing", rows);
        return map;
    }

    private static void print(PrintWriter out, List<OfflineLogs.Loss> losses, boolean accepted) {
        losses.forEach(loss ->
                loss.missing()
                        .forEach(range ->
                                out.println(
                                        loss.partition()
                                                + ": offsets "
                                                + range.from()
                                                + " to "
                                                + (range.to() - 1)
                                                + ": "
                                                + range.cause())));
        if (losses.isEmpty()) {
            out.println("nothing is missing");
        } else {
            out.println(
                    accepted
                            ? "accepted as lost"
                            : "nothing was accepted; add --yes to take these records for lost");
        }
    }
}
