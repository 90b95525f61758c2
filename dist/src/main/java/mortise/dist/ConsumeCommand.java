package mortise.dist;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import mortise.client.Cluster;
import mortise.client.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mortise consume}: prints the records of a topic. */
@Command(
        name = "consume",
        description =
                "Prints the records of a topic; stops at the end of what there was, or goes on with --follow.",
        mixinStandardHelpOptions = true)
final class ConsumeCommand implements Callable<Integer> {
    private static final int WAIT_MILLIS = 500;

    @Spec private CommandSpec spec;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Mixin private OutputOptions output = new OutputOptions();

    @Parameters(paramLabel = "TOPIC", description = "Which topic.")
    private String topic = "";

    @Option(
            names = "--partition",
            paramLabel = "N",
            converter = Numbers.Partition.class,
            description = "Only this partition. Repeatable.")
    private @Nullable List<Integer> partitions;

    @Option(
            names = "--from",
            paramLabel = "beginning|end|OFFSET|@MILLIS",
            defaultValue = "beginning",
            description =
                    "Where to begin: an offset, or a time in milliseconds since 1970 after an @ (default ${DEFAULT-VALUE}).")
    private String from = "beginning";

    @Option(
            names = "--max",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Stop after so many records.")
    private long max = Long.MAX_VALUE;

    @Option(
            names = {"-f", "--follow"},
            description = "Wait for more records at the end.")
    private boolean follow;

    @Option(
            names = {"-K", "--key-separator"},
            paramLabel = "TEXT",
            description = "Print the key too, before this text.")
    private @Nullable String keySeparator;

    @Override
    public Integer call() throws IOException {
        RecordPrinter printer = new RecordPrinter(output.json(), keySeparator);
        try (Cluster cluster = connection.connect();
                Consumer consumer = new Consumer(cluster, topic, InstalledCodecs.load())) {
            List<Integer> chosen = partitions == null ? consumer.partitions() : partitions;
            Map<Integer, Long> ends = consumer.offsets(chosen, Consumer.LATEST);
            begin(consumer, ends);
            print(consumer, ends, printer);
            return 0;
        }
    }

    private void print(Consumer consumer, Map<Integer, Long> ends, RecordPrinter printer)
            throws IOException {
        long printed = 0;
        while (printed < max && (follow || !consumer.reached(ends))) {
            for (Consumer.Received received : consumer.poll(WAIT_MILLIS)) {
                if (printed == max) {
                    break;
                }
                printer.print(received);
                printed++;
            }
            printer.flush();
        }
    }

    private void begin(Consumer consumer, Map<Integer, Long> ends) {
        if (from.equals("beginning")) {
            consumer.seekToTime(ends.keySet(), Consumer.EARLIEST);
        } else if (from.equals("end")) {
            ends.forEach(consumer::seek);
        } else if (from.startsWith("@")) {
            long time = number(from.substring(1));
            consumer.seekToTime(ends.keySet(), time);
        } else {
            seek(consumer, ends, number(from));
        }
    }

    private long number(String text) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // said below, as for a negative number
        }
        throw new ParameterException(
                spec.commandLine(),
                "--from: '"
                        + from
                        + "' is not beginning, end, an offset, or @ and milliseconds since 1970");
    }

    /** Begins at an offset, or in partitions that do not have it at the nearest that they have. */
    private void seek(Consumer consumer, Map<Integer, Long> ends, long wanted) {
        List<String> ranges = new ArrayList<>();
        Map<Integer, Long> starts = consumer.offsets(ends.keySet(), Consumer.EARLIEST);
        ends.forEach((partition, end) -> {
            long start = starts.getOrDefault(partition, end);
            consumer.seek(partition, Math.clamp(wanted, start, end));
            if (wanted < start || wanted > end) {
                ranges.add("partition " + partition + " has " + start + " to " + end);
            }
        });
        if (ranges.size() == ends.size()) {
            throw new CommandFailedException(
                    "no chosen partition of "
                            + topic
                            + " holds offset "
                            + wanted
                            + "; "
                            + String.join(", ", ranges)
                            + "; name another offset with --from");
        }
    }
}
