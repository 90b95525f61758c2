package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka 4.3.1's own command-line tools, unmodified, against a real process. */
class KafkaToolsTest {
    @TempDir static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        assertThat(KafkaTool.LIBRARIES)
                .as("the peer's jars; ./mvnw -pl bench/peer package lays them out")
                .isDirectory();
        broker = BrokerProcess.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static String withBootstrap(String tool, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", broker.bootstrap()));
        all.addAll(List.of(arguments));
        return KafkaTool.run(tool, "", all.toArray(String[]::new));
    }

    @Test
    void kafkaTopicsCreatesGrowsDescribesListsAndDeletes() {
        withBootstrap(
                "TopicCommand",
                "--create",
                "--topic",
                "tools-topic",
                "--partitions",
                "2",
                "--replication-factor",
                "1",
                "--config",
                "retention.ms=3600000");
        assertThat(withBootstrap("TopicCommand", "--list")).contains("tools-topic");
        withBootstrap("TopicCommand", "--alter", "--topic", "tools-topic", "--partitions", "5");
        String described = withBootstrap("TopicCommand", "--describe", "--topic", "tools-topic");
        assertThat(described)
                .contains(
                        "PartitionCount: 5",
                        "ReplicationFactor: 1",
                        "retention.ms=3600000",
                        "Partition: 4");
        withBootstrap("TopicCommand", "--delete", "--topic", "tools-topic");
        assertThat(withBootstrap("TopicCommand", "--list")).doesNotContain("tools-topic");
    }

    @Test
    void kafkaConfigsDescribesAndAltersTopicsAndBrokers() {
        withBootstrap("TopicCommand", "--create", "--topic", "tools-configs", "--partitions", "1");
        configs(
                "--alter",
                "--entity-type",
                "topics",
                "--entity-name",
                "tools-configs",
                "--add-config",
                "max.message.bytes=2000000");
        assertThat(
                        configs(
                                "--describe",
                                "--entity-type",
                                "topics",
                                "--entity-name",
                                "tools-configs"))
                .contains("max.message.bytes=2000000");
        configs(
                "--alter",
                "--entity-type",
                "topics",
                "--entity-name",
                "tools-configs",
                "--delete-config",
                "max.message.bytes");
        assertThat(
                        configs(
                                "--describe",
                                "--entity-type",
                                "topics",
                                "--entity-name",
                                "tools-configs"))
                .doesNotContain("2000000");
        configs(
                "--alter",
                "--entity-type",
                "brokers",
                "--entity-name",
                "1",
                "--add-config",
                "message.max.bytes=3000000");
        assertThat(configs("--describe", "--entity-type", "brokers", "--entity-name", "1"))
                .contains("message.max.bytes=3000000");
        assertThat(configs("--describe", "--all", "--entity-type", "brokers", "--entity-name", "1"))
                .contains("message.max.bytes=3000000", "num.partitions");
        configs(
                "--alter",
                "--entity-type",
                "brokers",
                "--entity-name",
                "1",
                "--delete-config",
                "message.max.bytes");
        configs(
                "--alter",
                "--entity-type",
                "brokers",
                "--entity-default",
                "--add-config",
                "log.retention.ms=7200000");
        assertThat(configs("--describe", "--entity-type", "brokers", "--entity-default"))
                .contains("log.retention.ms=7200000");
        configs(
                "--alter",
                "--entity-type",
                "brokers",
                "--entity-default",
                "--delete-config",
                "log.retention.ms");
    }

    private static String configs(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", broker.bootstrap()));
        all.addAll(List.of(arguments));
        return KafkaTool.run("kafka.admin.ConfigCommand", "", all.toArray(String[]::new));
    }

    @Test
    void consoleProducerAndConsumerByPartitionAndOffset() {
        withBootstrap("TopicCommand", "--create", "--topic", "tools-console", "--partitions", "1");
        KafkaTool.run(
                "ConsoleProducer",
                "one\ntwo\nthree\n",
                "--bootstrap-server",
                broker.bootstrap(),
                "--topic",
                "tools-console");
        assertThat(
                        withBootstrap(
                                "consumer.ConsoleConsumer",
                                "--topic",
                                "tools-console",
                                "--partition",
                                "0",
                                "--offset",
                                "1",
                                "--max-messages",
                                "2"))
                .isEqualTo("two\nthree\n");
        assertThat(
                        withBootstrap(
                                "consumer.ConsoleConsumer",
                                "--topic",
                                "tools-console",
                                "--partition",
                                "0",
                                "--offset",
                                "earliest",
                                "--max-messages",
                                "3"))
                .isEqualTo("one\ntwo\nthree\n");
    }

    @Test
    void getOffsetsAnswersEverySpecialTimestampThatApplies() {
        withBootstrap("TopicCommand", "--create", "--topic", "tools-offsets", "--partitions", "1");
        KafkaTool.run(
                "ConsoleProducer",
                "a\nb\nc\nd\n",
                "--bootstrap-server",
                broker.bootstrap(),
                "--topic",
                "tools-offsets");
        Map<String, String> wanted =
                Map.ofEntries(
                        Map.entry("-1", ":4"),
                        Map.entry("latest", ":4"),
                        Map.entry("-2", ":0"),
                        Map.entry("earliest", ":0"),
                        Map.entry("-4", ":0"),
                        Map.entry("earliest-local", ":0"),
                        Map.entry("1700000000000", ":0"),
                        // a time that has not come, and what is not tiered: there is no such offset
                        Map.entry("9999999999999", ""),
                        Map.entry("-5", ""),
                        Map.entry("latest-tiered", ""),
                        Map.entry("-6", ""),
                        Map.entry("earliest-pending-upload", ""));
        wanted.forEach((time, offset) ->
                assertThat(offsets(time))
                        .as("--time " + time)
                        .isEqualTo(offset.isEmpty() ? "" : "tools-offsets:0" + offset + "\n"));
        for (String time : List.of("-3", "max-timestamp")) {
            assertThat(offsets(time)).as("--time " + time).matches("tools-offsets:0:[0-3]\n");
        }
    }

    private static String offsets(String time) {
        return withBootstrap("GetOffsetShell", "--topic", "tools-offsets", "--time", time);
    }

    @Test
    void brokerApiVersionsListsWhatIsServed() {
        String versions = withBootstrap("BrokerApiVersionsCommand");
        assertThat(versions)
                .contains(
                        "Produce(0): 0 to 13",
                        "Fetch(1): 4 to 18",
                        "Metadata(3): 0 to 13",
                        "ApiVersions(18)",
                        "CreateTopics(19): 2 to 7");
        assertThat(versions).doesNotContain("ERROR");
    }

    @Test
    void logDirsAndClusterDescribeTheBroker() {
        withBootstrap("TopicCommand", "--create", "--topic", "tools-dirs", "--partitions", "2");
        assertThat(withBootstrap("LogDirsCommand", "--describe", "--topic-list", "tools-dirs"))
                .contains("tools-dirs-0", "tools-dirs-1", "\"broker\":1");
        assertThat(
                        KafkaTool.run(
                                "ClusterTool",
                                "",
                                "cluster-id",
                                "--bootstrap-server",
                                broker.bootstrap()))
                .contains("Cluster ID: ");
        assertThat(
                        KafkaTool.run(
                                "ClusterTool",
                                "",
                                "list-endpoints",
                                "--bootstrap-server",
                                broker.bootstrap()))
                .contains("127.0.0.1");
    }

    @Test
    void producerPerfTestRuns() {
        withBootstrap("TopicCommand", "--create", "--topic", "tools-perf", "--partitions", "1");
        String report =
                KafkaTool.run(
                        "ProducerPerformance",
                        "",
                        "--topic",
                        "tools-perf",
                        "--num-records",
                        "20000",
                        "--record-size",
                        "200",
                        "--throughput",
                        "-1",
                        "--bootstrap-server",
                        broker.bootstrap());
        assertThat(report).contains("20000 records sent");
        assertThat(offsetOf("tools-perf")).isEqualTo("tools-perf:0:20000\n");
    }

    private static String offsetOf(String topic) {
        return withBootstrap("GetOffsetShell", "--topic", topic);
    }

    @Test
    void dumpLogSegmentsReadsOurFilesWithoutComplaint() throws Exception {
        Path data = directory.resolve("dumped");
        List<String> codecs = List.of("none", "gzip", "snappy", "lz4", "zstd");
        List<RealLines.Line> lines = RealLines.read(40_000);
        try (BrokerProcess dumped = BrokerProcess.start(data)) {
            createTopicOfSmallSegments(dumped.bootstrap());
            for (String codec : codecs) {
                // each producer is an idempotent one, with an id of its own
                JavaClient.produce(dumped.bootstrap(), "dump", codec, lines);
            }
        }
        List<Path> logs = partitionFiles(data, "log");
        List<Path> snapshots = partitionFiles(data, "snapshot");
        assertThat(logs).hasSizeGreaterThanOrEqualTo(3);
        assertThat(snapshots).hasSizeGreaterThanOrEqualTo(2);
        for (String suffix : List.of("index", "timeindex")) {
            assertThat(partitionFiles(data, suffix))
                    .hasSameSizeAs(logs)
                    .allMatch(file -> file.toFile().length() > 0);
        }

        String batches = KafkaTool.dump(logs, "--deep-iteration", "--skip-record-metadata");
        assertThat(batches).contains("isvalid: true").doesNotContain("isvalid: false");
        for (String codec : codecs) {
            assertThat(batches).contains("compresscodec: " + codec);
        }
        assertThat(KafkaTool.dump(partitionFiles(data, "index"))).contains("offset: ");
        assertThat(KafkaTool.dump(partitionFiles(data, "timeindex"))).contains("timestamp: ");
        String producers = KafkaTool.dump(List.of(snapshots.getLast()));
        assertThat(producers.lines().filter(line -> line.startsWith("producerId: ")))
                .as("producers in the last snapshot")
                .hasSize(codecs.size());
    }

    private static void createTopicOfSmallSegments(String bootstrap) {
        KafkaTool.run(
                "TopicCommand",
                "",
                "--bootstrap-server",
                bootstrap,
                "--create",
                "--topic",
                "dump",
                "--config",
                "segment.bytes=1048576",
                "--config",
                "index.interval.bytes=1024");
    }

    private static List<Path> partitionFiles(Path data, String suffix) throws IOException {
        try (var found = Files.walk(data)) {
            return found.filter(file -> file.getParent().endsWith("dump-0"))
                    .filter(file -> file.toString().endsWith("." + suffix))
                    .sorted()
                    .toList();
        }
    }
}
