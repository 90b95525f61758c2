package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import mortise.api.config.ConfigException;
import mortise.consensus.raft.RaftProvider;
import mortise.storage.memory.MemoryStorageProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker embedded in this process, all of it in memory. */
class MemoryBrokerTest {
    private static final int VALUE_BYTES = 10_000;

    @TempDir private Path directory;

    private BrokerBuilder embedded() {
        return new BrokerBuilder()
                .plugin(new MemoryStorageProvider())
                .plugin(new RaftProvider())
                .set("plugins.storage", "memory")
                .set("consensus.raft.storage", "memory")
                .set("data.directory", directory.toString())
                .set("listeners", "127.0.0.1:0");
    }

    private static Map<String, Object> client(Broker broker, Map<String, Object> more) {
        Map<String, Object> config = new java.util.HashMap<>(more);
        config.put(
                "bootstrap.servers",
                broker.status().listeners().values().iterator().next().toString());
        return config;
    }

    @Test
    void aFullStoreRefusesRecordsUntilSomeAreDeletedAndServesThemMeanwhile() throws Exception {
        try (Broker broker = embedded().set("storage.memory.max-bytes", "1MiB").start();
                Admin admin = Admin.create(client(broker, Map.of()));
                var producer =
                        new KafkaProducer<>(
                                client(broker, Map.of("retries", 0, "enable.idempotence", false)),
                                new ByteArraySerializer(),
                                new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
            int taken = produceUntilRefused(producer);

            assertThat(taken).isBetween(90, 104);
            assertThat(consumed(broker, taken)).hasSize(taken);
            admin.deleteRecords(
                            Map.of(
                                    new TopicPartition("t", 0),
                                    org.apache.kafka.clients.admin.RecordsToDelete.beforeOffset(
                                            taken)))
                    .all()
                    .get();
            assertThat(produceUntilRefused(producer)).isBetween(90, 104);
        }
    }

    private static int produceUntilRefused(KafkaProducer<byte[], byte[]> producer)
            throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            try {
                producer.send(new ProducerRecord<>("t", new byte[VALUE_BYTES])).get();
            } catch (ExecutionException refused) {
                assertThat(refused).hasCauseInstanceOf(KafkaStorageException.class);
                return i;
            }
        }
        throw new AssertionError("1 MiB took 10 MB");
    }

    private static List<byte[]> consumed(Broker broker, int wanted) {
        List<byte[]> values = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        client(broker, Map.of("auto.offset.reset", "earliest")),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition("t", 0)));
            for (int polls = 0; polls < 100 && values.size() < wanted; polls++) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(consumed -> values.add(consumed.value()));
            }
        }
        return values;
    }

    @Test
    void durableSettingsAreRefusedByName() throws Exception {
        assertThatThrownBy(() -> embedded().set("durability", "fsync").check())
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "durability: fsync: storage plugin 'memory' lacks the capability durable"
                                + " (it has: sidecars, compaction, transactions, retention); use"
                                + " durability: page-cache, or a durable store");
        assertThatThrownBy(() -> embedded().set("log.flush.interval.messages", "1").start())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("lacks the capability durable");
        try (Broker broker = embedded().start();
                Admin admin = Admin.create(client(broker, Map.of()))) {
            NewTopic durable =
                    new NewTopic("d", 1, (short) 1).configs(Map.of("flush.messages", "1"));

            assertThatThrownBy(() -> admin.createTopics(List.of(durable)).all().get())
                    .hasCauseInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("flush.messages")
                    .hasMessageContaining("lacks the capability durable");
        }
    }
}
