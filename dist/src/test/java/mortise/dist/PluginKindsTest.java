package mortise.dist;

import static mortise.dist.PluginDirectory.lastLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mortise.partitioner.client.MortisePartitioner;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A plugin of each kind that is neither store, quorum nor authoriser, from a stranger's folder: it
 * is listed, chosen, at work, counted, and named when it fails. Each insists on its own class
 * loader as the context of every call.
 */
class PluginKindsTest {
    private static final String NOT_TODAY =
            "if (true) { throw new IllegalStateException(\"not today\"); }";
    private static final String HANG =
            "while (true) { java.util.concurrent.locks.LockSupport.park(); }";

    @TempDir private Path directory;

    private PluginDirectory plugins = new PluginDirectory(Path.of(""));

    @BeforeEach
    void findDirectory() {
        plugins = new PluginDirectory(directory);
    }

    private static String module(String name, String requires, String service, String type) {
        return "module stranger."
                + name
                + " { requires "
                + requires
                + "; provides "
                + service
                + " with stranger."
                + name
                + "."
                + type
                + "; }";
    }

    private Path install(String name, String module, String source) throws IOException {
        return new PluginJars()
                .source(module)
                .source(source)
                .version("1.2.3")
                .write(plugins.folder(name).resolve(name + ".jar"));
    }

    /** The line of a plugin in the table of what a broker's plugins have done. */
    private static String activity(BrokerProcess broker, String kind, String name) {
        String table = BrokerProcess.run("plugins", "--bootstrap", broker.bootstrap()).out();
        return table.lines()
                .filter(line -> line.matches(kind + " +" + name + " .*"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name + " in " + table));
    }

    private static String listed(String kind, String name) {
        return "{\"kind\":\""
                + kind
                + "\",\"name\":\""
                + name
                + "\",\"state\":\"available\",\"version\":\"1.2.3\",\"spiVersion\":\"0.1.0-SNAPSHOT\",\"from\":\"plugins/"
                + name
                + "\"";
    }

    private Path placement(String constructor, String create) throws IOException {
        String source =
"""
                package stranger.even;

                import java.util.Collections;
                import java.util.ArrayList;
import java.util.List;
                import mortise.api.config.Config;
                import mortise.api.config.ConfigSchema;
                import mortise.spi.PluginContext;
                import mortise.spi.placement.ClusterView;
                import mortise.spi.placement.Placement;
                import mortise.spi.placement.PlacementProvider;
                import mortise.spi.placement.PlacementRequest;
                import mortise.spi.placement.ReplicaPlacement;

                public final class Even implements PlacementProvider {
                    public Even() { CONSTRUCTOR }
                    public String name() { return "even"; }
                    public ConfigSchema config() { return ConfigSchema.empty(); }
                    public ReplicaPlacement create(Config config, PluginContext context) {
                        CREATE
                        return Even::place;
                    }
                    static Placement place(ClusterView cluster, PlacementRequest request) {
                        if (Thread.currentThread().getContextClassLoader() != Even.class.getClassLoader()) {
                            return new Placement.Refused("somebody else's context");
                        }
                        return switch (request.topic()) {
                            case "broken" -> throw new IllegalStateException("no idea");
                            case "elsewhere" -> new Placement.Placed(Collections.nCopies(request.partitionCount(), List.of(99)));
                            default -> request.partitionCount() % 2 == 1
                                ? new Placement.Refused("Partitions come in pairs here")
                                : new Placement.Placed(Collections.nCopies(request.partitionCount(), List.of(cluster.brokers().getFirst().id())));
                        };
                    }
                }
"""
                        .replace("CONSTRUCTOR", constructor)
                        .replace("CREATE", create);
        return install(
                "even",
                module("even", "mortise.spi", "mortise.spi.placement.PlacementProvider", "Even"),
                source);
    }

    @Test
    void aPlacementDecidesWhereTopicsGo() throws Exception {
        placement("", "");
        assertThat(plugins.list()).contains(listed("placement", "even"));
        try (BrokerProcess broker = plugins.start("plugins.placement=even")) {
            String bootstrap = broker.bootstrap();
            JavaClient.createTopic(bootstrap, "pairs", 4);
            assertThatThrownBy(() -> JavaClient.createTopic(bootstrap, "odd", 3))
                    .hasCauseInstanceOf(InvalidReplicationFactorException.class)
                    .hasMessageContaining(
                            "Partitions come in pairs here (placement plugin 'even')");
            assertThatThrownBy(() -> JavaClient.createTopic(bootstrap, "broken", 2))
                    .hasCauseInstanceOf(UnknownServerException.class)
                    .hasMessageContaining(
                            "The placement plugin 'even' could not place topic 'broken': it threw java.lang.IllegalStateException: no idea");
            assertThatThrownBy(() -> JavaClient.createTopic(bootstrap, "elsewhere", 2))
                    .hasCauseInstanceOf(UnknownServerException.class)
                    .hasMessageContaining("broker 99, which is not registered");
            JavaClient.createTopic(bootstrap, "more-pairs", 2);
            JavaClient.produce(
                    bootstrap, "pairs", "none", List.of(new RealLines.Line("key", "value")));
            assertThat(activity(broker, "placement", "even"))
                    .matches("placement +even +started +5 .* 1");
        }
    }

    @Test
    void aPlacementThatCannotBeMadeIsNamedAndHindersNobodyElse() throws Exception {
        placement("", NOT_TODAY);
        assertThat(lastLine(plugins.startFails("plugins.placement=even")))
                .isEqualTo(
                        "mortise: placement plugin 'even' (plugins/even) failed in create: java.lang.IllegalStateException: not today");
        placement(NOT_TODAY, "");
        try (BrokerProcess broker = plugins.start()) {
            JavaClient.createTopic(broker.bootstrap(), "odd", 3);
        }
        assertThat(plugins.log())
                .contains(
                        "refused plugins/even: placement plugin stranger.even.Even cannot be made: java.lang.IllegalStateException: not today");
    }

    private Path exporter(String constructor, String create, String start, String address)
            throws IOException {
        String source =
                """
                package stranger.dump;

                import java.io.IOException;
                import java.io.UncheckedIOException;
                import java.net.InetAddress;
                import java.net.ServerSocket;
                import java.net.Socket;
                import java.net.URI;
                import java.nio.charset.StandardCharsets;
                import java.util.Optional;
                import mortise.api.config.Config;
                import mortise.api.config.ConfigSchema;
                import mortise.spi.PluginContext;
                import mortise.spi.telemetry.HealthView;
                import mortise.spi.telemetry.MetricsExporter;
                import mortise.spi.telemetry.MetricsExporterProvider;
                import mortise.spi.telemetry.MetricsView;

                public final class Dump implements MetricsExporterProvider {
                    public Dump() { CONSTRUCTOR }
                    public String name() { return "dump"; }
                    public ConfigSchema config() { return ConfigSchema.empty(); }
                    public boolean usesDataDirectory(Config config) { return false; }
                    public MetricsExporter create(Config config, PluginContext context) {
                        CREATE
                        return new Exporter(context);
                    }

                    static final class Exporter implements MetricsExporter {
                        private final PluginContext context;
                        private ServerSocket socket;
                        private Thread thread;

                        Exporter(PluginContext context) { this.context = context; }

                        public void start(MetricsView metrics, HealthView health) {
                            START
                            if (Thread.currentThread().getContextClassLoader() != Dump.class.getClassLoader()) {
                                throw new IllegalStateException("somebody else's context");
                            }
                            try {
                                socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                            } catch (IOException failure) {
                                throw new IllegalStateException("no port", failure);
                            }
                            thread = context.threads("dump").newThread(() -> serve(metrics, health));
                            thread.start();
                        }

                        private void serve(MetricsView metrics, HealthView health) {
                            while (!socket.isClosed()) {
                                try (Socket client = socket.accept()) {
                                    String text = "ready " + health.ready().good() + "\\n" + metrics.read();
                                    client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
                                } catch (IOException closed) {
                                    // the loop looks whether that is the end
                                }
                            }
                        }

                        public Optional<URI> address() {
                            ADDRESS
                            return Optional.of(URI.create("dump://127.0.0.1:" + socket.getLocalPort()));
                        }

                        public void close() {
                            try {
                                if (socket != null) { socket.close(); }
                                if (thread != null) { thread.join(); }
                            } catch (IOException failure) {
                                throw new UncheckedIOException(failure);
                            } catch (InterruptedException hurried) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    }
                }
                """
                        .replace("CONSTRUCTOR", constructor)
                        .replace("CREATE", create)
                        .replace("START", start)
                        .replace("ADDRESS", address);
        return install(
                "dump",
                module(
                        "dump",
                        "mortise.spi",
                        "mortise.spi.telemetry.MetricsExporterProvider",
                        "Dump"),
                source);
    }

    @Test
    void anExporterServesWhatTheBrokerCounts() throws Exception {
        exporter("", "", "", "");
        assertThat(plugins.list()).contains(listed("metrics", "dump"));
        try (BrokerProcess broker = plugins.start("plugins.metrics=dump")) {
            Matcher address =
                    Pattern.compile("dump://127.0.0.1:[0-9]+").matcher(broker.readyLine());
            assertThat(address.find()).as(broker.readyLine()).isTrue();
            URI uri = URI.create(address.group());
            try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
                String served =
                        new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(served)
                        .startsWith("ready true\n")
                        .contains("MetricFamily[name=broker_ready", "name=quorum_leads");
            }
            assertThat(activity(broker, "metrics", "dump"))
                    .matches("metrics +dump +started +1 .* 0");
        }
        assertThat(plugins.log()).doesNotContain("left threads running", "ERROR");
    }

    @ParameterizedTest
    @CsvSource({
        "throw, create, failed in create: java.lang.IllegalStateException: not today",
        "throw, start, : not today",
        "hang, create, did not return from create within 250ms; it is at ",
        "hang, start, did not return from start within 250ms; it is at "
    })
    void anExporterThatDoesNotStartIsNamed(String what, String where, String expected)
            throws Exception {
        String flaw = what.equals("throw") ? NOT_TODAY : HANG.replace("true", "context != null");
        exporter("", where.equals("create") ? flaw : "", where.equals("start") ? flaw : "", "");
        assertThat(
                        lastLine(
                                plugins.startFails(
                                        "plugins.metrics=dump",
                                        "plugins.create-timeout=250ms",
                                        "plugins.start-timeout=250ms")))
                .startsWith(
                        "mortise: metrics plugin 'dump' (plugins/dump)"
                                + (expected.startsWith(":") ? "" : " ")
                                + expected);
    }

    @Test
    void anExporterThatFailsInACallIsNamedAndTheBrokerRuns() throws Exception {
        exporter("", "", "", NOT_TODAY);
        try (BrokerProcess broker = plugins.start("plugins.metrics=dump")) {
            JavaClient.createTopic(broker.bootstrap(), "orders", 1);
            assertThat(activity(broker, "metrics", "dump"))
                    .matches("metrics +dump +started +1 .* 1");
        }
        assertThat(plugins.log())
                .contains(
                        "metrics plugin 'dump' (plugins/dump) failed in address: java.lang.IllegalStateException: not today");
        exporter(NOT_TODAY, "", "", "");
        plugins.start().close();
        assertThat(plugins.log())
                .contains(
                        "refused plugins/dump: metrics plugin stranger.dump.Dump cannot be made: java.lang.IllegalStateException: not today");
    }

    private Path partitioner(String constructor, String create) throws IOException {
        String source =
                """
                package stranger.last;

                import java.nio.ByteBuffer;
                import java.nio.charset.StandardCharsets;
                import mortise.api.config.Config;
                import mortise.api.config.ConfigKey;
                import mortise.api.config.ConfigSchema;
                import mortise.api.config.ConfigType;
                import mortise.spi.PluginContext;
                import mortise.spi.partition.Partitioner;
                import mortise.spi.partition.PartitionerProvider;
                import mortise.spi.partition.TopicView;

                public final class Last implements PartitionerProvider {
                    private static final ConfigKey<Integer> FROM_END =
                        ConfigKey.of("partitioner.last.from-end", ConfigType.INT, "How far from the last.").defaultsTo(0);
                    public Last() { CONSTRUCTOR }
                    public String name() { return "last"; }
                    public ConfigSchema config() { return ConfigSchema.of(FROM_END); }
                    public Partitioner create(Config config, PluginContext context) {
                        CREATE
                        int fromEnd = config.get(FROM_END);
                        boolean apart = Last.class.getModule().isNamed();
                        return (topic, key, bytes) -> {
                            if (apart && Thread.currentThread().getContextClassLoader() != Last.class.getClassLoader()) {
                                throw new IllegalStateException("somebody else's context");
                            }
                            String text = key == null ? "" : StandardCharsets.UTF_8.decode(key).toString();
                            return switch (text) {
                                case "broken" -> throw new IllegalStateException("no idea");
                                case "stray" -> topic.partitionCount();
                                default -> topic.partitionCount() - 1 - fromEnd;
                            };
                        };
                    }
                }
                """
                        .replace("CONSTRUCTOR", constructor)
                        .replace("CREATE", create);
        return new PluginJars()
                .source(
                        module(
                                "last",
                                "mortise.spi",
                                "mortise.spi.partition.PartitionerProvider",
                                "Last"))
                .source(source)
                .file(
                        "META-INF/services/mortise.spi.partition.PartitionerProvider",
                        "stranger.last.Last\n")
                .version("1.2.3")
                .write(plugins.folder("last").resolve("last.jar"));
    }

    private BrokerProcess.Finished produce(BrokerProcess broker, String input, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "produce",
                                "orders",
                                "--bootstrap",
                                broker.bootstrap(),
                                "-K",
                                ":",
                                "--partitioner"));
        arguments.addAll(List.of(more));
        return plugins.client(
                Map.of("MORTISE_PLUGINS__CREATE_TIMEOUT", "250ms"),
                input,
                arguments.toArray(String[]::new));
    }

    private static List<Integer> partitionsOf(BrokerProcess broker) {
        return JavaClient.consume(broker.bootstrap(), "orders").stream()
                .map(Kcat.Received::partition)
                .toList();
    }

    @Test
    void aPartitionerDecidesWhereTheCommandLineAndTheJavaClientSend() throws Exception {
        Path jar = partitioner("", "");
        assertThat(plugins.list()).contains(listed("partitioner", "last"));
        try (BrokerProcess broker = plugins.start()) {
            JavaClient.createTopic(broker.bootstrap(), "orders", 5);
            assertThat(produce(broker, "k:1\nl:2\n", "last").status()).isZero();
            assertThat(partitionsOf(broker)).containsExactly(4, 4);
            BrokerProcess.Finished earlier =
                    produce(
                            broker,
                            "k:3\n",
                            "last",
                            "--partitioner-set",
                            "partitioner.last.from-end=2");
            assertThat(earlier.status()).as(earlier.err()).isZero();
            assertThat(partitionsOf(broker)).containsExactlyInAnyOrder(4, 4, 2);
            sendByTheJavaClient(broker, jar);
            assertThat(partitionsOf(broker)).containsExactlyInAnyOrder(4, 4, 2, 1);
        }
    }

    /** The unmodified client has no plugin folders: the folder's jar is on its class path. */
    private static void sendByTheJavaClient(BrokerProcess broker, Path jar) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader classPath =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
            thread.setContextClassLoader(classPath);
            try (KafkaProducer<byte[], byte[]> producer =
                    JavaClient.producer(
                            broker.bootstrap(),
                            Map.of(
                                    "partitioner.class",
                                    MortisePartitioner.class.getName(),
                                    "mortise.partitioner",
                                    "last",
                                    "mortise.partitioner.last.from-end",
                                    "3"))) {
                int partition =
                        producer.send(new ProducerRecord<>("orders", new byte[1]))
                                .get()
                                .partition();
                assertThat(partition).isEqualTo(1);
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void aPartitionerThatFailsIsNamedAndTheRecordsBeforeAreSent() throws Exception {
        partitioner("", "");
        try (BrokerProcess broker = plugins.start()) {
            JavaClient.createTopic(broker.bootstrap(), "orders", 5);
            BrokerProcess.Finished failed = produce(broker, "k:1\nbroken:2\nk:3\n", "last");
            assertThat(failed.status()).isEqualTo(1);
            assertThat(failed.err().strip())
                    .isEqualTo(
                            "mortise: partitioner plugin 'last' (plugins/last) failed in partition: java.lang.IllegalStateException: no idea");
            assertThat(partitionsOf(broker)).containsExactly(4);
            assertThat(produce(broker, "stray:4\n", "last").err().strip())
                    .isEqualTo(
                            "mortise: partitioner plugin 'last' (plugins/last) chose partition 5 of topic orders, which has partitions 0 to 4");
        }
    }

    @Test
    void aPartitionerThatCannotBeMadeIsNamedAndHindersNobodyElse() throws Exception {
        try (BrokerProcess broker = plugins.start()) {
            JavaClient.createTopic(broker.bootstrap(), "orders", 5);
            partitioner("", NOT_TODAY);
            assertThat(lastLine(produce(broker, "k:1\n", "last")))
                    .isEqualTo(
                            "mortise: partitioner plugin 'last' (plugins/last) failed in create: java.lang.IllegalStateException: not today");
            partitioner("", HANG.replace("true", "context != null"));
            assertThat(lastLine(produce(broker, "k:1\n", "last")))
                    .startsWith(
                            "mortise: partitioner plugin 'last' (plugins/last) did not return from create within 250ms; it is at ");
            partitioner(NOT_TODAY, "");
            BrokerProcess.Finished refused = produce(broker, "k:1\n", "last");
            assertThat(refused.status()).isEqualTo(2);
            assertThat(lastLine(refused))
                    .contains(
                            "there is no partitioner 'last'; known are crc32, murmur2, round-robin, sticky",
                            "refused: plugins/last: partitioner plugin stranger.last.Last cannot be made: java.lang.IllegalStateException: not today");
            assertThat(produce(broker, "k:1\n", "murmur2").status()).isZero();
            assertThat(partitionsOf(broker)).hasSize(1);
        }
    }

    private Path codec(String name, String id, String constructor, String opening)
            throws IOException {
        String source =
                """
                package stranger.codec;

                import java.io.IOException;
                import java.io.InputStream;
                import java.io.OutputStream;
                import java.nio.ByteBuffer;
                import java.util.zip.GZIPInputStream;
                import java.util.zip.GZIPOutputStream;
                import mortise.record.Codec;
                import mortise.record.CodecLevels;

                public final class Zipper implements Codec {
                    public Zipper() { CONSTRUCTOR }
                    public byte id() { return ID; }
                    public String name() { return "NAME"; }
                    public CodecLevels levels() { return new CodecLevels(1, 9, 6); }
                    public OutputStream compressing(OutputStream sink, int level) throws IOException {
                        System.err.println("a stranger compresses" + context());
                        return new GZIPOutputStream(sink);
                    }
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes) throws IOException {
                        System.err.println("a stranger opens" + context());
                        OPENING
                        byte[] bytes = new byte[compressed.remaining()];
                        compressed.get(bytes);
                        return new GZIPInputStream(new java.io.ByteArrayInputStream(bytes));
                    }
                    private static String context() {
                        return Thread.currentThread().getContextClassLoader() == Zipper.class.getClassLoader() ? "" : " in somebody else's context";
                    }
                }
                """
                        .replace("CONSTRUCTOR", constructor)
                        .replace("ID", id)
                        .replace("NAME", name)
                        .replace("OPENING", opening);
        return install(
                name,
                "module stranger.codec { requires mortise.record; provides mortise.record.Codec with stranger.codec.Zipper; }",
                source);
    }

    /** Sends two records in one batch, a second apart. */
    private static void produceTwo(BrokerProcess broker) {
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(
                        broker.bootstrap(),
                        Map.of("compression.type", "gzip", "linger.ms", 60_000))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (long timestamp : new long[] {1_000, 2_000}) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        "orders", 0, timestamp, null, new byte[] {'v'})));
            }
            producer.flush();
            assertThat(sent).allSatisfy(each -> assertThat(each.get()).isNotNull());
        }
    }

    /** Where the second of them is; a broker knows that only if it opens the batch. */
    private static long offsetOfTheSecond(BrokerProcess broker) {
        TopicPartition partition = new TopicPartition("orders", 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            OffsetAndTimestamp found =
                    consumer.offsetsForTimes(Map.of(partition, 1_500L)).get(partition);
            return found.offset();
        }
    }

    @Test
    void aCodecWritesAndOpensTheBatchesOfItsNumber() throws Exception {
        codec("gzip", "1", "", "");
        assertThat(plugins.list()).contains(listed("codec", "gzip").replace("available", "chosen"));
        try (BrokerProcess broker = plugins.start()) {
            JavaClient.createTopic(broker.bootstrap(), "orders", 1);
            produceTwo(broker);
            assertThat(offsetOfTheSecond(broker)).isEqualTo(1);
            assertThat(plugins.log()).contains("a stranger opens\n");
            assertThat(activity(broker, "codec", "gzip"))
                    .matches("codec +gzip +started +[1-9][0-9]* .* 0");

            BrokerProcess.Finished produced =
                    plugins.client(
                            Map.of(),
                            "three\n",
                            "produce",
                            "orders",
                            "--bootstrap",
                            broker.bootstrap(),
                            "--compression",
                            "gzip");
            assertThat(produced.status()).as(produced.err()).isZero();
            assertThat(produced.err()).contains("a stranger compresses\n");
            assertThat(JavaClient.consume(broker.bootstrap(), "orders"))
                    .extracting(Kcat.Received::value)
                    .containsExactly("v", "v", "three");
            BrokerProcess.Finished consumed =
                    plugins.client(
                            Map.of(), "", "consume", "orders", "--bootstrap", broker.bootstrap());
            assertThat(consumed.err()).contains("a stranger opens\n");
            assertThat(consumed.out()).contains("three");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "throw new IllegalStateException(\"no idea\");, java.lang.IllegalStateException: no idea",
        "throw new NoClassDefFoundError(\"some/Native\");, java.lang.NoClassDefFoundError: some/Native"
    })
    void aCodecThatFailsIsNamedAndTheBatchCountsAsOneThatCannotBeOpened(String opening, String said)
            throws Exception {
        codec("gzip", "1", "", "if (maxBytes > 0) { " + opening + " }");
        try (BrokerProcess broker = plugins.start()) {
            JavaClient.createTopic(broker.bootstrap(), "orders", 1);
            produceTwo(broker);
            // as the header says: the batch begins there
            assertThat(offsetOfTheSecond(broker)).isZero();
            assertThat(offsetOfTheSecond(broker)).isZero();
            assertThat(activity(broker, "codec", "gzip"))
                    .as("every call failed")
                    .matches("codec +gzip +started +([2-9]) .* \\1");
            assertThat(JavaClient.consume(broker.bootstrap(), "orders")).hasSize(2);
        }
        assertThat(plugins.log())
                .containsOnlyOnce(
                        "codec plugin 'gzip' (plugins/gzip) failed in decompressing: "
                                + said
                                + "; the batch counts as one that cannot be opened");
    }

    @ParameterizedTest
    @CsvSource({
        "fast, 5, codec plugin 'fast' (plugins/fast) has number 5; the Kafka protocol defines 1 to 4",
        "plain, 0, codec plugin 'plain' (plugins/plain) has number 0; the Kafka protocol defines 1 to 4",
        "none, 0, 'is named ''none'', by which a configuration says that it wants no such plugin; give it another name'",
        "fast, 4, 'codec plugin ''fast'' (plugins/fast) has number 4, which the Kafka protocol calls zstd; that must be its name'",
        "zstd, 4, two codec plugins are named 'zstd': "
    })
    void aCodecThatNoClientCouldOpenIsRefusedByNameAndTheBrokerRuns(
            String name, String id, String reason) throws Exception {
        codec(name, id, "", "");
        assertThat(plugins.list()).contains(reason);
        try (BrokerProcess broker = plugins.start()) {
            JavaClient.createTopic(broker.bootstrap(), "orders", 1);
            produceTwo(broker);
            assertThat(offsetOfTheSecond(broker)).isEqualTo(1);
        }
    }

    @Test
    void aCodecThatCannotBeMadeHindersNobodyElse() throws Exception {
        codec("gzip", "1", NOT_TODAY, "");
        try (BrokerProcess broker = plugins.start()) {
            JavaClient.createTopic(broker.bootstrap(), "orders", 1);
            produceTwo(broker);
            // the codec that the broker has without plugins
            assertThat(offsetOfTheSecond(broker)).isEqualTo(1);
        }
        assertThat(plugins.log())
                .contains(
                        "refused plugins/gzip: codec plugin stranger.codec.Zipper cannot be made: java.lang.IllegalStateException: not today");
    }
}
