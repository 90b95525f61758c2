package mortise.dist;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.client.Cluster;
import mortise.client.Configs;
import mortise.client.Consumer;
import mortise.client.Producer;
import mortise.client.Topics;
import mortise.dist.assembly.CacheRecord;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.spi.partition.Partitioner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code mortise train}: lives through a broker's first minute in a temporary directory, so that
 * the JVM can write down what it loaded and compiled (its AOT cache). The build runs it once.
 */
@Command(
        name = "train",
        hidden = true,
        description = "Exercises a broker once, for the JVM's AOT cache.")
final class TrainCommand implements Callable<Integer> {
    private static final String TOPIC = "training";
    private static final String EXPORTERS = "plugins.metrics";
    private static final String PROMETHEUS = "prometheus";
    private static final int SMALL_BATCHES = 3_000;
    private static final int RECORDS = 20_000;

    @Option(names = "--record", description = "Only writes the cache into the broker's lock.")
    private boolean recordOnly;

    @Override
    public Integer call() throws IOException {
        if (recordOnly) {
            CacheRecord.update(HomeDirectory.find());
            return 0;
        }
        Path directory = Files.createTempDirectory("mortise-train");
        BrokerBuilder builder = ConfigurationOptions.bare();
        builder.layer("the chosen plugins", chosenPlugins());
        try (Broker broker =
                        builder.set("listeners", "127.0.0.1:0")
                                .set("data.directory", directory.resolve("data").toString())
                                .start();
                Cluster cluster =
                        Cluster.connect(address(broker), "mortise-train", Duration.ofSeconds(30))) {
            exercise(cluster);
            smallCommands(address(broker).toString());
        }
        remove(directory);
        return 0;
    }

    /**
     * Of an assembled broker's file only the plugins: training touches none of its directories and
     * ports, which a running broker may have. So the exporters of others, of which nobody knows
     * what they take, are left out.
     */
    private static Map<String, String> chosenPlugins() {
        Map<String, String> chosen = new LinkedHashMap<>();
        ConfigurationOptions.assembledFile()
                .map(YamlFile::read)
                .orElse(Map.of())
                .forEach((key, value) -> {
                    if (key.startsWith("plugins.") && !key.equals(EXPORTERS)) {
                        chosen.put(key, value);
                    } else if (key.equals(EXPORTERS) && value.contains(PROMETHEUS)) {
                        chosen.put(EXPORTERS, PROMETHEUS);
                        chosen.put("metrics.prometheus.listen", "127.0.0.1:0");
                    }
                });
        return chosen;
    }

    private static HostPort address(Broker broker) {
        return broker.status().listeners().values().iterator().next();
    }

    private static void exercise(Cluster cluster) {
        Topics topics = new Topics(cluster);
        topics.create(TOPIC, 3, 1, Map.of("retention.ms", "3600000"));
        topics.list();
        topics.describe(TOPIC);
        new Configs(cluster).describe(Configs.Kind.TOPIC, TOPIC);
        Codecs codecs = InstalledCodecs.load();
        produce(cluster, null, SMALL_BATCHES, 1);
        produce(cluster, null, RECORDS, 16 << 10);
        for (String name : codecs.names()) {
            Codec codec = codecs.find(name);
            if (codec != null) {
                produce(cluster, codec, RECORDS / 10, 16 << 10);
            }
        }
        consume(cluster, codecs);
        topics.delete(TOPIC);
    }

    /** Of a small command's time most is what a JVM loads and links for it. */
    private static void smallCommands(String bootstrap) {
        for (String command :
                List.of(
                        "--version",
                        "--help",
                        "plugins",
                        "topics list --bootstrap " + bootstrap,
                        "topics create small --partitions 1 --bootstrap " + bootstrap,
                        "topics describe small --bootstrap " + bootstrap,
                        "configs describe topic small --bootstrap " + bootstrap)) {
            PrintWriter nowhere = new LinePrinter(OutputStream.nullOutputStream());
            int status = Main.run(nowhere, nowhere, command.split(" ", -1));
            if (status != 0) {
                throw new IllegalStateException("mortise " + command + " ends with " + status);
            }
        }
    }

    private static void produce(
            Cluster cluster, @Nullable Codec codec, int records, int batchBytes) {
        try (Partitioner partitioner =
                        InstalledPartitioners.load()
                                .create(InstalledPartitioners.DEFAULT, Map.of());
                Producer producer =
                        new Producer(
                                cluster, Clock.system(), TOPIC, codec, batchBytes, partitioner)) {
            for (int i = 0; i < records; i++) {
                ByteBuffer key = StandardCharsets.UTF_8.encode("key-" + i % 100);
                producer.send(
                        key, StandardCharsets.UTF_8.encode("a value of some length, number " + i));
            }
            producer.flush();
        }
    }

    private static void consume(Cluster cluster, Codecs codecs) {
        try (Consumer consumer = new Consumer(cluster, TOPIC, codecs)) {
            consumer.seekToTime(consumer.partitions(), Consumer.EARLIEST);
            List<Consumer.Received> received;
            do {
                received = consumer.poll(10);
            } while (!received.isEmpty());
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> {
                        try {
                            Files.delete(file);
                        } catch (IOException failure) {
                            throw new UncheckedIOException("removing " + file, failure);
                        }
                    });
        }
    }
}
