package mortise.dist;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        mixinStandardHelpOptions = true)
final class LogCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new IncompleteCommandException(spec.commandLine(), "name what to do: accept-loss");
    }

    /** What to accept, and whether to do it. */
    static final class LossOptions {
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

        @Option(names = "--yes", description = "Do it; without this it is only shown.")
        private boolean yes;

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
            @Mixin LossOptions options) {
        BrokerBuilder builder = configuration.builder().layer("--data", options.layer());
        List<OfflineLogs.Loss> losses;
        try (OfflineLogs logs = builder.offlineLogs()) {
            losses =
                    logs.missing(
                            partition ->
                                    (options.topic == null
                                                    || options.topic.equals(partition.topic()))
                                            && (options.partition == null
                                                    || options.partition == partition.partition()),
                            options.yes);
        }
        PrintWriter out = spec.commandLine().getOut();
        output.print(out, asMap(losses, options.yes), () -> print(out, losses, options.yes));
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
