package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka's own dump tool reads every file of every partition that a varied load left after a clean
 * stop. Indexes of aborted transactions are not among them: {@link ImportFromKafkaTest} has those.
 */
@Timeout(300)
class DumpEveryFileTest {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final int PARTITIONS = 3;
    private static final int RECORDS = 3_000;
    private static final int SINGLE_RECORDS = 200;
    private static final int KEYS = 500;
    private static final int TRIMMED_TO = 2_500;
    private static final long TIMESTAMP = 1_700_000_000_000L;

    private static final List<String> TOPICS =
            List.of("varied", "stamped", "recompressed", "trimmed", "compacted");

    @TempDir private Path directory;
    private final Random random = new Random(5);
    private final Map<String, Integer> written = new HashMap<>();

    @Test
    void everyFileIsReadWithoutAComplaint() throws Exception {
        Path data = directory.resolve("data");
        try (BrokerProcess broker =
                BrokerProcess.start(data, "--set", "compaction.interval=100ms")) {
            create(broker, "varied", Map.of());
            create(broker, "stamped", Map.of("message.timestamp.type", "LogAppendTime"));
            create(
                    broker,
                    "recompressed",
                    Map.of("compression.type", "zstd", "compression.zstd.level", "5"));
            create(
                    broker,
                    "compacted",
                    Map.of(
                            "cleanup.policy", "compact",
                            "min.cleanable.dirty.ratio", "0.01",
                            "delete.retention.ms", "0"));
            create(broker, "trimmed", Map.of());
            for (String topic : TOPICS) {
                load(broker, topic);
            }
            awaitCompaction(broker);
            trim(broker);
            broker.stop();
        }

        Path logs = data.resolve("local").resolve("logs");
        Dumps dumps = dump(logs);
        for (String topic : List.of("varied", "stamped", "recompressed")) {
            assertThat(records(dumps.logs(), topic)).as(topic).isEqualTo(written(topic));
        }
        assertThat(records(dumps.logs(), "compacted"))
                .isBetween(KEYS / 2, written("compacted") / 2);
        assertThat(records(dumps.logs(), "trimmed"))
                .isBetween(written("trimmed") - TRIMMED_TO, written("trimmed"));
        assertThat(dumps.logs())
                .contains(CODECS.stream().map(codec -> "compresscodec: " + codec).toList())
                .contains("isvalid: true", "LogAppendTime", "deleteHorizonMs: OptionalLong[")
                .doesNotContain("isvalid: false");
        assertThat(dumps.indexes()).contains("offset: ");
        assertThat(dumps.times()).contains("timestamp: " + TIMESTAMP / 10_000_000);
        assertThat(dumps.snapshots().lines().filter(line -> line.startsWith("producerId: ")))
                .as("idempotent producers, again in each partition and snapshot")
                .hasSizeGreaterThan(CODECS.size() * PARTITIONS);

        damageIsFound(logs.resolve("varied-0"));
    }

    private static void create(BrokerProcess broker, String name, Map<String, String> configs)
            throws Exception {
        Map<String, String> all =
                new HashMap<>(Map.of("segment.bytes", "1048576", "index.interval.bytes", "1024"));
        all.putAll(configs);
        NewTopic topic = new NewTopic(name, PARTITIONS, (short) 1).configs(all);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    /** Every codec from a producer of its own, batches of one, and one that is not idempotent. */
    private void load(BrokerProcess broker, String topic) throws Exception {
        for (String codec : CODECS) {
            send(broker, topic, RECORDS, Map.of("compression.type", codec, "linger.ms", 20));
        }
        send(broker, topic, SINGLE_RECORDS, Map.of("batch.size", 0, "linger.ms", 0));
        // without a codec last: that fills segments, and the active ones are never compacted
        send(broker, topic, RECORDS, Map.of("enable.idempotence", false, "acks", "1"));
    }

    private void send(BrokerProcess broker, String topic, int count, Map<String, Object> settings)
            throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(broker.bootstrap(), settings)) {
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(record(topic, i)));
            }
            producer.flush();
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
        written.merge(topic, count, Integer::sum);
    }

    /** Tombstones, empty and large values, headers, timestamps that go back and forth. */
    private ProducerRecord<byte[], byte[]> record(String topic, int number) {
        byte[] key = ("key " + random.nextInt(KEYS)).getBytes(StandardCharsets.UTF_8);
        byte[] value = new byte[number % 97 == 0 ? 0 : random.nextInt(1, 1_400)];
        random.nextBytes(value);
        long timestamp = TIMESTAMP + random.nextInt(5) * 1_000L * number;
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        topic, null, timestamp, key, random.nextInt(10) == 0 ? null : value);
        for (int header = random.nextInt(3); header > 0; header--) {
            record.headers()
                    .add(new RecordHeader("header " + header, value.length == 1 ? null : key));
        }
        return record;
    }

    /** Waits until most of what was written has gone. */
    private void awaitCompaction(BrokerProcess broker) {
        long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        int left;
        do {
            left = JavaClient.consume(broker.bootstrap(), "compacted").size();
            assertThat(System.nanoTime() - until)
                    .as("a minute over, and %d of %s records left", left, written)
                    .isNegative();
        } while (left > written("compacted") / 3);
    }

    private static void trim(BrokerProcess broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.deleteRecords(
                            Map.of(
                                    new TopicPartition("trimmed", 1),
                                    RecordsToDelete.beforeOffset(TRIMMED_TO)))
                    .all()
                    .get();
        }
    }

    private int written(String topic) {
        return written.getOrDefault(topic, 0);
    }

    /** What the tool prints of all files of a kind. */
    private record Dumps(String logs, String indexes, String times, String snapshots) {}

    /** Has the tool read everything; it must complain of nothing. */
    private static Dumps dump(Path directory) throws IOException {
        List<Path> logs = files(directory, ".log");
        List<Path> indexes = files(directory, ".index");
        List<Path> times = files(directory, ".timeindex");
        List<Path> snapshots = files(directory, ".snapshot");
        int partitions = TOPICS.size() * PARTITIONS;
        assertThat(logs).as("many segments").hasSizeGreaterThan(2 * partitions);
        assertThat(indexes).hasSameSizeAs(logs);
        assertThat(times).hasSameSizeAs(logs);
        assertThat(snapshots).hasSizeGreaterThanOrEqualTo(partitions);
        assertThat(files(directory, ".txnindex"))
                .as("without transactions")
                .allMatch(DumpEveryFileTest::isEmpty);
        KafkaTool.dump(indexes, "--index-sanity-check");
        return new Dumps(
                KafkaTool.dump(logs, "--deep-iteration"),
                KafkaTool.dump(indexes),
                KafkaTool.dump(times),
                KafkaTool.dump(snapshots));
    }

    private static boolean isEmpty(Path file) {
        return file.toFile().length() == 0;
    }

    private static List<Path> files(Path logs, String kind) throws IOException {
        try (var found = Files.walk(logs)) {
            return found.filter(file -> file.toString().endsWith(kind)).sorted().toList();
        }
    }

    /** How many records of a topic a dump of log files has. */
    private static int records(String dump, String topic) {
        int count = 0;
        boolean ofTopic = false;
        for (String line : dump.lines().toList()) {
            if (line.startsWith("Dumping ")) {
                ofTopic = line.contains("/" + topic + "-");
            } else if (ofTopic && line.startsWith("| offset: ")) {
                count++;
            }
        }
        return count;
    }

    /** The tool, asked as above, finds one changed byte in each kind of file. */
    private void damageIsFound(Path partition) throws IOException {
        damageIsFound(partition, ".log", size -> size / 2);
        damageIsFound(partition, ".index", _ -> 8 + 7); // a position
        damageIsFound(partition, ".timeindex", _ -> 12 + 7); // a timestamp
        damageIsFound(partition, ".snapshot", size -> size - 1);
    }

    private void damageIsFound(Path partition, String kind, UnaryOperator<Integer> where)
            throws IOException {
        Path copy = Files.createDirectories(directory.resolve("damaged" + kind + "/varied-0"));
        for (Path file : files(partition, "")) {
            if (Files.isRegularFile(file)) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Path damaged = files(copy, kind).getFirst();
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[where.apply(bytes.length)] ^= 4;
        Files.write(damaged, bytes);
        List<String> how = kind.equals(".log") ? List.of("--deep-iteration") : List.of();
        assertThatThrownBy(() ->
                        assertThat(KafkaTool.dump(List.of(damaged), how.toArray(String[]::new)))
                                .doesNotContain("isvalid: false"))
                .as("a byte of %s", damaged)
                .isInstanceOf(AssertionError.class);
    }
}
