package mortise.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import mortise.api.Clock;
import mortise.client.Cluster;
import mortise.client.Producer;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerException;
import mortise.spi.partition.Partitioners;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mortise produce}: sends the lines of standard input as records. */
@Command(
        name = "produce",
        description = "Sends the lines of standard input as records.",
        mixinStandardHelpOptions = true)
final class ProduceCommand implements Callable<Integer> {
    private static final int BATCH_BYTES = 64 << 10;
    private static final int LONGEST_LINE_BYTES = 32 << 20;

    @Spec private CommandSpec spec;

    @Mixin private ConnectionOptions connection = new ConnectionOptions();

    @Mixin private OutputOptions output = new OutputOptions();

    @Parameters(
            paramLabel = "TOPIC",
            description = "Where to; created if it does not exist and the broker allows it.")
    private String topic = "";

    @Option(
            names = {"-K", "--key-separator"},
            paramLabel = "TEXT",
            description = "What separates key and value in a line; without it records have no key.")
    private @Nullable String keySeparator;

    @Option(
            names = "--compression",
            paramLabel = "none|gzip|snappy|lz4|zstd",
            defaultValue = "none",
            description = "How batches are compressed (default ${DEFAULT-VALUE}).")
    private String compression = "none";

    @Option(
            names = "--partitioner",
            paramLabel = "NAME",
            defaultValue = InstalledPartitioners.DEFAULT,
            description =
                    "How records choose their partition: murmur2 (as the Java client does), crc32 (as librdkafka does), round-robin, sticky, or another that is installed (default ${DEFAULT-VALUE}).")
    private String partitioner = InstalledPartitioners.DEFAULT;

    @Option(
            names = "--partitioner-set",
            paramLabel = "KEY=VALUE",
            description =
                    "A setting of the partitioner, for example partitioner.crc32.mode=consistent.")
    private Map<String, String> partitionerSettings = new LinkedHashMap<>();

    /** How many records the broker has acknowledged. */
    private long stored;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        byte[] separator = separator();
        try (Partitioner chosen = partitioner();
                Cluster cluster = connection.connect();
                Producer producer =
                        new Producer(
                                cluster, Clock.system(), topic, codec(), BATCH_BYTES, chosen)) {
            try {
                try {
                    sendLines(producer, separator, out);
                } catch (CommandFailedException | PartitionerException unusable) {
                    report(out, producer.flush());
                    throw unusable;
                }
                report(out, producer.flush());
            } finally {
                report(out, producer.takeStored());
            }
            if (!output.json()) {
                spec.commandLine().getErr().println("sent " + stored + " records to " + topic);
            }
            return 0;
        }
    }

    private void sendLines(Producer producer, byte @Nullable [] separator, PrintWriter out) {
        long sent = 0;
        LineReader lines = new LineReader(System.in);
        for (ByteBuffer line = lines.next(); line != null; line = lines.next()) {
            report(out, send(producer, separator, line, sent + 1));
            sent++;
            if (lines.wouldWait()) {
                report(out, producer.flush());
            }
        }
    }

    private List<Producer.Stored> send(
            Producer producer, byte @Nullable [] separator, ByteBuffer line, long number) {
        if (separator == null) {
            return producer.send(null, line);
        }
        int at = indexOf(line, separator);
        if (at < 0) {
            throw new CommandFailedException(
                    "line "
                            + number
                            + " has no key separator '"
                            + keySeparator
                            + "'; the lines before it were sent, none from it on");
        }
        ByteBuffer key = line.slice(0, at);
        ByteBuffer value =
                line.slice(at + separator.length, line.remaining() - at - separator.length);
        return producer.send(key, value);
    }

    private byte @Nullable [] separator() {
        if (keySeparator == null) {
            return null;
        }
        if (keySeparator.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--key-separator: the separator has no characters");
        }
        return keySeparator.getBytes(StandardCharsets.UTF_8);
    }

    private static int indexOf(ByteBuffer line, byte[] separator) {
        ByteBuffer wanted = ByteBuffer.wrap(separator);
        for (int at = 0; at + separator.length <= line.remaining(); at++) {
            if (line.slice(at, separator.length).equals(wanted)) {
                return at;
            }
        }
        return -1;
    }

    private void report(PrintWriter out, List<Producer.Stored> batches) {
        batches.forEach(batch -> stored += batch.records());
        try {
            print(out, batches);
        } catch (OutputFailedException failed) {
            // who has read enough of the reports still wants all of the input to be sent
            if (!failed.readerLeft()) {
                throw failed;
            }
        }
    }

    private void print(PrintWriter out, List<Producer.Stored> batches) {
        if (output.json()) {
            for (Producer.Stored batch : batches) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("topic", batch.partition().topic());
                document.put("partition", batch.partition().partition());
                document.put("baseOffset", batch.baseOffset());
                document.put("records", batch.records());
                Json.write(out, document);
                out.println();
            }
            out.flush();
        }
    }

    private Partitioner partitioner() {
        Partitioners installed = InstalledPartitioners.load();
        if (!installed.names().contains(partitioner)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--partitioner: there is no partitioner '"
                            + partitioner
                            + "'; known are "
                            + String.join(", ", installed.names())
                            + PluginFolders.refusals());
        }
        return installed.create(partitioner, partitionerSettings);
    }

    private @Nullable Codec codec() {
        if (compression.equals("none")) {
            return null;
        }
        Codecs codecs = InstalledCodecs.load();
        Codec codec = codecs.find(compression);
        if (codec == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--compression: there is no codec '"
                            + compression
                            + "'; known are none, "
                            + String.join(", ", codecs.names())
                            + PluginFolders.refusals());
        }
        return codec;
    }

    /** Lines of bytes, without their ends. */
    private static final class LineReader {
        private final InputStream input;
        private final byte[] chunk = new byte[64 << 10];
        private byte[] line = new byte[256];
        private int chunkPosition;
        private int chunkLimit;
        private long lines;

        LineReader(InputStream input) {
            this.input = input;
        }

        /** The next line, or null at the end. */
        @Nullable ByteBuffer next() {
            int length = 0;
            while (true) {
                if (chunkPosition == chunkLimit) {
                    fill();
                    if (chunkLimit == 0) {
                        return length == 0 ? null : ByteBuffer.wrap(Arrays.copyOf(line, length));
                    }
                }
                byte next = chunk[chunkPosition++];
                if (next == '\n') {
                    lines++;
                    return ByteBuffer.wrap(Arrays.copyOf(line, length));
                }
                if (length == line.length) {
                    grow(length);
                }
                line[length++] = next;
            }
        }

        private void fill() {
            try {
                chunkPosition = 0;
                chunkLimit = 0;
                chunkLimit = Math.max(0, input.read(chunk));
            } catch (IOException failure) {
                throw unreadable(failure);
            }
        }

        private CommandFailedException unreadable(IOException failure) {
            return new CommandFailedException(
                    "standard input cannot be read: "
                            + Reasons.of(failure)
                            + (lines == 0
                                    ? "; nothing was sent"
                                    : "; the " + lines + " lines before were sent"));
        }

        private void grow(int length) {
            if (length >= LONGEST_LINE_BYTES) {
                throw new CommandFailedException(
                        "line "
                                + (lines + 1)
                                + " is longer than "
                                + LONGEST_LINE_BYTES
                                + " bytes, the most that one record may have here; the lines before it were sent");
            }
            line = Arrays.copyOf(line, Math.min(2 * length, LONGEST_LINE_BYTES));
        }

        /**
         * Whether the next line is not there yet: a person types, so what there is should go out.
         */
        boolean wouldWait() {
            try {
                return chunkPosition == chunkLimit && input.available() == 0;
            } catch (IOException failure) {
                throw unreadable(failure);
            }
        }
    }
}
