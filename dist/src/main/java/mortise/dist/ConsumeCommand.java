package mortise.dist;

import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import mortise.client.Cluster;
import mortise.client.Consumer;
import mortise.record.Record;
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
            description = "Only this partition. Repeatable.")
    private @Nullable List<Integer> partitions;

    @Option(
            names = "--from",
            paramLabel = "beginning|end|OFFSET|@MILLIS",
            defaultValue = "beginning",
            description =
                    "Where to begin: an offset, or a time in milliseconds after an @ (default ${DEFAULT-VALUE}).")
    private String from = "beginning";

    @Option(names = "--max", paramLabel = "N", description = "Stop after so many records.")
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
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Cluster cluster = connection.connect();
                Consumer consumer = new Consumer(cluster, topic, InstalledCodecs.load())) {
            Map<Integer, Long> ends = new TreeMap<>();
            for (int partition : partitions == null ? consumer.partitions() : partitions) {
                begin(consumer, partition);
                ends.put(partition, consumer.offset(partition, Consumer.LATEST));
            }
            long printed = 0;
            while (printed < max && (follow || !consumer.reached(ends))) {
                for (Consumer.Received received : consumer.poll(WAIT_MILLIS)) {
                    if (printed == max) {
                        break;
                    }
                    print(out, received);
                    printed++;
                }
                out.flush();
                if (out.checkError()) {
                    // the reader of the pipe is gone
                    return 0;
                }
            }
            return 0;
        }
    }

    private void begin(Consumer consumer, int partition) {
        switch (from) {
            case "beginning" -> consumer.seekToTime(partition, Consumer.EARLIEST);
            case "end" -> consumer.seekToTime(partition, Consumer.LATEST);
            default -> {
                try {
                    if (from.startsWith("@")) {
                        consumer.seekToTime(partition, Long.parseLong(from.substring(1)));
                    } else {
                        consumer.seek(partition, Long.parseLong(from));
                    }
                } catch (NumberFormatException noNumber) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "--from: '"
                                    + from
                                    + "' is not beginning, end, an offset, or @ and milliseconds",
                            noNumber);
                }
            }
        }
    }

    private void print(PrintWriter out, Consumer.Received received) {
        Record record = received.record();
        if (output.json()) {
            Map<String, @Nullable Object> line = new LinkedHashMap<>();
            line.put("partition", received.partition().partition());
            line.put("offset", record.offset());
            line.put("timestamp", record.timestamp());
            line.put("key", text(record.key()));
            line.put("value", text(record.value()));
            Map<String, @Nullable Object> headers = new LinkedHashMap<>();
            record.headers().forEach(header -> headers.put(header.key(), text(header.value())));
            line.put("headers", headers);
            Json.write(out, line);
            out.println();
        } else {
            String key = text(record.key());
            String value = text(record.value());
            out.println(
                    (keySeparator == null ? "" : (key == null ? "" : key) + keySeparator)
                            + (value == null ? "" : value));
        }
    }

    private static @Nullable String text(@Nullable ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
