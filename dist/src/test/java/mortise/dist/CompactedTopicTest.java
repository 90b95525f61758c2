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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A compacted topic of a real broker, by real clients, and its files by Kafka's own dump tool. */
@Timeout(240)
class CompactedTopicTest {
    private static final String TOPIC = "compacted";
    private static final int KEYS = 300;
    private static final int ROUNDS = 40;

    @TempDir private Path directory;

    private final Map<String, String> last = new HashMap<>();

    @Test
    void theLastRecordOfEachKeyStays() throws Exception {
        Path data = directory.resolve("data");
        try (BrokerProcess broker =
                BrokerProcess.start(data, "--set", "compaction.interval=100ms")) {
            create(broker);
            // without a codec last: that fills segments, and the active one is never compacted
            for (String codec : List.of("gzip", "lz4", "snappy", "zstd", "none")) {
                produce(broker, codec);
            }
            aRecordWithoutAKeyIsRefused(broker);
            awaitCompaction(broker);
        }
        dumpToolReadsEveryFile(data);
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            assertThat(values(broker)).as("after a restart").isEqualTo(last);
            produce(broker, "none");
            assertThat(values(broker)).isEqualTo(last);
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            assertThat(values(broker)).as("after kill -9").isEqualTo(last);
        }
    }

    private static void create(BrokerProcess broker) throws Exception {
        NewTopic topic =
                new NewTopic(TOPIC, 1, (short) 1)
                        .configs(
                                Map.of(
                                        "cleanup.policy", "compact",
                                        "segment.bytes", "1048576",
                                        "min.cleanable.dirty.ratio", "0.01",
                                        "delete.retention.ms", "0"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    /** Writes every key several times, and deletes some. */
    private void produce(BrokerProcess broker, String codec) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(broker.bootstrap(), Map.of("compression.type", codec))) {
            for (int round = 0; round < ROUNDS; round++) {
                for (int key = 0; key < KEYS; key++) {
                    String value =
                            (key + round) % 11 == 0
                                    ? null
                                    : codec + " " + round + " " + "x".repeat(400);
                    sent.add(producer.send(record("key " + key, value)));
                    if (value == null) {
                        last.remove("key " + key);
                    } else {
                        last.put("key " + key, value);
                    }
                }
            }
            producer.flush();
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> record(
            @Nullable String key, @Nullable String value) {
        return new ProducerRecord<>(TOPIC, bytes(key), bytes(value));
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static void aRecordWithoutAKeyIsRefused(BrokerProcess broker) {
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(broker.bootstrap(), Map.of())) {
            Future<RecordMetadata> refused = producer.send(record(null, "value"));
            assertThatThrownBy(refused::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InvalidRecordException.class)
                    .hasMessageContaining("has no key");
        }
    }

    /** The values that a reader from the start ends up with. */
    private static Map<String, String> values(BrokerProcess broker) {
        Map<String, String> values = new HashMap<>();
        for (Kcat.Received received : JavaClient.consume(broker.bootstrap(), TOPIC)) {
            if (received.value().isEmpty()) {
                values.remove(received.key());
            } else {
                values.put(received.key(), received.value());
            }
        }
        return values;
    }

    /** Waits until most of what was written has gone; what a reader ends up with never changes. */
    private void awaitCompaction(BrokerProcess broker) {
        int written = 5 * ROUNDS * KEYS;
        long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        int left = written;
        while (left > written / 5) {
            assertThat(values(broker)).isEqualTo(last);
            left = JavaClient.consume(broker.bootstrap(), TOPIC).size();
            assertThat(System.nanoTime() - until)
                    .as("a minute over, and %d of %d records left", left, written)
                    .isNegative();
        }
    }

    private static void dumpToolReadsEveryFile(Path data) throws IOException {
        List<Path> logs = files(data, ".log");
        assertThat(logs).isNotEmpty();
        DumpedLogs dumped = DumpedLogs.of(logs);
        assertThat(dumped.batches(TOPIC + "-0"))
                .anyMatch(batch -> batch.text("deleteHorizonMs").startsWith("OptionalLong["));
        KafkaTool.dump(files(data, ".index"), "--index-sanity-check");
        List<Path> timeIndexes = files(data, ".timeindex");
        assertThat(dumped.complaintsAboutEmptyBatches(TOPIC + "-0", timeIndexes))
                .containsAll(KafkaTool.complaints(timeIndexes));
        KafkaTool.dump(files(data, ".snapshot"));
        assertThat(files(data, ".cleaned")).isEmpty();
    }

    private static List<Path> files(Path data, String suffix) throws IOException {
        try (var found = Files.walk(data)) {
            return found.filter(file -> file.getParent().endsWith(TOPIC + "-0"))
                    .filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }
}
