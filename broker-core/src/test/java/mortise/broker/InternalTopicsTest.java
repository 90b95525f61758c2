package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import mortise.consensus.raft.RaftProvider;
import mortise.storage.memory.MemoryStorageProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients may do with the topics that brokers keep for themselves, API by API. */
class InternalTopicsTest {
    @TempDir private Path directory;

    private Broker started() throws Exception {
        return new BrokerBuilder()
                .plugin(new MemoryStorageProvider())
                .plugin(new RaftProvider())
                .set("plugins.storage", "memory")
                .set("consensus.raft.storage", "memory")
                .set("data.directory", directory.toString())
                .set("listeners", "127.0.0.1:0")
                .start();
    }

    private static Map<String, Object> client(Broker broker, String id) {
        return Map.of(
                "bootstrap.servers",
                broker.status().listeners().values().iterator().next().toString(),
                "client.id",
                id);
    }

    private static KafkaProducer<byte[], byte[]> producer(Broker broker, String id) {
        return producer(broker, id, 3_000);
    }

    private static KafkaProducer<byte[], byte[]> producer(
            Broker broker, String id, int maxBlockMillis) {
        Map<String, Object> config = new java.util.HashMap<>(client(broker, id));
        config.put("max.block.ms", maxBlockMillis);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @ParameterizedTest
    @ValueSource(strings = {"__consumer_offsets", "__transaction_state", "__share_group_state"})
    void anInternalTopicIsMadeSeenAlteredGrownAndDeletedButNotWritten(String name)
            throws Exception {
        try (Broker broker = started();
                Admin admin = Admin.create(client(broker, "admin"));
                var anyone = producer(broker, "anyone");
                var adminClient = producer(broker, "__admin_client")) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();

            assertThat(
                            admin.describeTopics(List.of(name))
                                    .allTopicNames()
                                    .get()
                                    .get(name)
                                    .isInternal())
                    .isTrue();
            assertThat(admin.listTopics().names().get()).doesNotContain(name);
            assertThatThrownBy(() -> anyone.send(new ProducerRecord<>(name, new byte[1])).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InvalidTopicException.class);
            adminClient.send(new ProducerRecord<>(name, new byte[1])).get();
            assertThatThrownBy(() ->
                            admin.deleteRecords(
                                            Map.of(
                                                    new TopicPartition(name, 0),
                                                    RecordsToDelete.beforeOffset(1)))
                                    .all()
                                    .get())
                    .hasCauseInstanceOf(InvalidTopicException.class);
            admin.incrementalAlterConfigs(
                            Map.of(
                                    new ConfigResource(ConfigResource.Type.TOPIC, name),
                                    List.of(
                                            new AlterConfigOp(
                                                    new ConfigEntry("retention.ms", "1000"),
                                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            admin.createPartitions(Map.of(name, NewPartitions.increaseTo(2))).all().get();
            admin.deleteTopics(List.of(name)).all().get();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "__consumer_offsets",
                "__transaction_state",
                "__share_group_state",
                "__cluster_metadata"
            })
    void noneOfThemIsMadeByAskingForIt(String name) throws Exception {
        try (Broker broker = started();
                Admin admin = Admin.create(client(broker, "admin"));
                var anyone = producer(broker, "anyone", 300)) {
            assertThatThrownBy(() -> anyone.partitionsFor(name))
                    .isInstanceOf(TimeoutException.class);
            assertThatThrownBy(() -> admin.describeTopics(List.of(name)).allTopicNames().get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void theQuorumsLogIsNoTopic() throws Exception {
        String name = "__cluster_metadata";
        try (Broker broker = started();
                Admin admin = Admin.create(client(broker, "admin"))) {
            assertThatThrownBy(() ->
                            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1)))
                                    .all()
                                    .get())
                    .hasCauseInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(
                            "Creation of internal topic __cluster_metadata is prohibited.");
            assertThatThrownBy(() -> admin.deleteTopics(List.of(name)).all().get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
            assertThatThrownBy(() ->
                            admin.createPartitions(Map.of(name, NewPartitions.increaseTo(2)))
                                    .all()
                                    .get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }
}
