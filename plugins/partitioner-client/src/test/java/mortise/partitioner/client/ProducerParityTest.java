package mortise.partitioner.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.consensus.raft.RaftProvider;
import mortise.storage.memory.MemoryStorageProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An unmodified Java producer, with our partitioners and without, against a real broker. */
class ProducerParityTest {
    private static final int PARTITIONS = 11;
    private static final int RECORDS = 600;

    @TempDir private static Path directory;

    private static Broker broker;
    private static Admin admin;

    @BeforeAll
    static void start() {
        broker =
                new BrokerBuilder()
                        .plugin(new MemoryStorageProvider())
                        .plugin(new RaftProvider())
                        .set("plugins.storage", "memory")
                        .set("consensus.raft.storage", "memory")
                        .set("data.directory", directory.toString())
                        .set("listeners", "127.0.0.1:0")
                        .start();
        admin = Admin.create(settings(Map.of()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    private static Map<String, Object> settings(Map<String, String> more) {
        Map<String, Object> all = new HashMap<>(more);
        all.put(
                "bootstrap.servers",
                broker.status().listeners().values().iterator().next().toString());
        return all;
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, String> more) {
        return new KafkaProducer<>(
                settings(more), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static Map<String, String> with(String partitioner, String... keysAndValues) {
        Map<String, String> settings = new HashMap<>();
        settings.put("partitioner.class", MortisePartitioner.class.getName());
        settings.put("mortise.partitioner", partitioner);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return settings;
    }

    private static List<byte[]> keys() {
        Random random = new Random(5);
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            byte[] key = new byte[i % 40];
            random.nextBytes(key);
            keys.add(key);
        }
        return keys;
    }

    /** The partition in which the broker has each record, by the record's number. */
    private static List<Integer> produced(
            String topic, Map<String, String> settings, List<? extends byte @Nullable []> keys)
            throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
        List<Integer> told = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                byte[] value = String.valueOf(i).getBytes(StandardCharsets.UTF_8);
                sent.add(producer.send(new ProducerRecord<>(topic, keys.get(i), value)));
            }
            producer.flush();
            for (Future<RecordMetadata> each : sent) {
                told.add(each.get().partition());
            }
        }
        assertThat(stored(topic, keys.size())).as("where the broker has them").isEqualTo(told);
        return told;
    }

    private static List<Integer> stored(String topic, int count) {
        Integer[] found = new Integer[count];
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings(Map.of()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                partitions.add(new TopicPartition(topic, partition));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            for (int left = count; left > 0; ) {
                for (var record : consumer.poll(Duration.ofSeconds(5))) {
                    int number =
                            Integer.parseInt(new String(record.value(), StandardCharsets.UTF_8));
                    found[number] = record.partition();
                    left--;
                }
            }
        }
        return List.of(found);
    }

    @Test
    void murmur2PutsRecordsWhereTheClientsOwnDefaultDoes() throws Exception {
        List<Integer> ours = produced("ours", with("murmur2"), keys());
        List<Integer> theirs = produced("theirs", Map.of(), keys());

        assertThat(ours).isEqualTo(theirs);
        assertThat(ours.stream().distinct()).as("partitions in use").hasSize(PARTITIONS);
    }

    @Test
    void crc32PutsRecordsWhereTheChecksumSays() throws Exception {
        List<Integer> wanted =
                keys().stream()
                        .map(key -> {
                            CRC32 crc = new CRC32();
                            crc.update(key);
                            return (int) (crc.getValue() % PARTITIONS);
                        })
                        .toList();

        assertThat(
                        produced(
                                "crc",
                                with("crc32", "mortise.partitioner.crc32.mode", "consistent"),
                                keys()))
                .isEqualTo(wanted);
    }

    @Test
    void roundRobinMissesNoPartition() throws Exception {
        List<byte @Nullable []> keyless = new ArrayList<>();
        for (int i = 0; i < 3 * PARTITIONS; i++) {
            keyless.add(null);
        }
        List<Integer> wanted = new ArrayList<>();
        for (int i = 0; i < 3 * PARTITIONS; i++) {
            wanted.add(i % PARTITIONS);
        }
        assertThat(produced("turns", with("round-robin"), keyless)).isEqualTo(wanted);
    }

    @Test
    void aPartitionerThatIsNotThereIsRefusedWithTheNamesOfThoseThatAre() {
        assertThatThrownBy(() -> producer(with("murmur3")).close())
                .isInstanceOf(KafkaException.class)
                .rootCause()
                .hasMessageContaining("murmur3")
                .hasMessageContaining("crc32, murmur2, round-robin");
    }

    @Test
    void aSettingThatThePartitionerDoesNotHaveIsRefused() {
        assertThatThrownBy(
                        () -> producer(with("crc32", "mortise.partitioner.crc32.mod", "x")).close())
                .isInstanceOf(KafkaException.class)
                .rootCause()
                .hasMessageContaining("partitioner.crc32.mod")
                .hasMessageContaining("partitioner.crc32.mode");
    }
}
