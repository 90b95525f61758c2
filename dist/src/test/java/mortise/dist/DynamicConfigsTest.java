package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is configured while a broker runs takes effect at once, and still does after a restart. */
class DynamicConfigsTest {
    private static final ConfigResource BROKER =
            new ConfigResource(ConfigResource.Type.BROKER, "1");
    private static final ConfigResource ALL_BROKERS =
            new ConfigResource(ConfigResource.Type.BROKER, "");

    @TempDir Path directory;

    @Test
    void theLargestMessageOfABrokerChangesAndStaysChanged() throws Exception {
        BrokerProcess broker = BrokerProcess.start(directory.resolve("data"));
        try (broker) {
            JavaClient.createTopic(broker.bootstrap(), "t", 1);
            send(broker, "t", 5_000, System.currentTimeMillis());
            alter(broker, BROKER, AlterConfigOp.OpType.SET, "message.max.bytes", "1000");
            assertTooLarge(broker, 5_000);
            send(broker, "t", 500, System.currentTimeMillis());
        }
        BrokerProcess again = broker.restart();
        try (again) {
            assertTooLarge(again, 5_000);
            alter(again, BROKER, AlterConfigOp.OpType.DELETE, "message.max.bytes", "");
            send(again, "t", 5_000, System.currentTimeMillis());
        }
    }

    @Test
    @Timeout(120)
    void theRetentionOfAllBrokersRemovesWhatIsOlder() throws Exception {
        BrokerProcess broker =
                BrokerProcess.start(
                        directory.resolve("data"),
                        "--set",
                        "log.retention.check.interval.ms=100ms");
        try (broker) {
            try (Admin admin = admin(broker)) {
                admin.createTopics(
                                List.of(
                                        new NewTopic("follows", 1, (short) 1)
                                                .configs(Map.of("segment.ms", "60000")),
                                        new NewTopic("keeps", 1, (short) 1)
                                                .configs(
                                                        Map.of(
                                                                "segment.ms",
                                                                "60000",
                                                                "retention.ms",
                                                                "86400000"))))
                        .all()
                        .get();
            }
            long anHourAgo = System.currentTimeMillis() - 3_600_000;
            send(broker, "follows", 100, anHourAgo);
            send(broker, "keeps", 100, anHourAgo);
            // a second segment each: the one being written to stays
            send(broker, "follows", 100, System.currentTimeMillis());
            send(broker, "keeps", 100, System.currentTimeMillis());
            assertThat(earliest(broker, "follows")).isZero();
            alter(broker, ALL_BROKERS, AlterConfigOp.OpType.SET, "log.retention.ms", "60000");
            while (earliest(broker, "follows") == 0) {
                Thread.onSpinWait(); // each look is a round trip; the broker's timer moves it
            }
            assertThat(earliest(broker, "follows")).isEqualTo(1);
            assertThat(earliest(broker, "keeps")).as("has a retention of its own").isZero();
        }
        BrokerProcess again = broker.restart();
        try (again;
                Admin admin = admin(again)) {
            ConfigResource follows = new ConfigResource(ConfigResource.Type.TOPIC, "follows");
            ConfigEntry entry =
                    admin.describeConfigs(List.of(follows))
                            .all()
                            .get()
                            .get(follows)
                            .get("retention.ms");
            assertThat(entry.value()).isEqualTo("60000");
            assertThat(entry.source())
                    .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        }
    }

    private static Admin admin(BrokerProcess broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    private static void alter(
            BrokerProcess broker,
            ConfigResource resource,
            AlterConfigOp.OpType operation,
            String name,
            String value)
            throws InterruptedException, ExecutionException {
        try (Admin admin = admin(broker)) {
            admin.incrementalAlterConfigs(
                            Map.of(
                                    resource,
                                    List.of(
                                            new AlterConfigOp(
                                                    new ConfigEntry(name, value), operation))))
                    .all()
                    .get();
        }
    }

    private static void send(BrokerProcess broker, String topic, int bytes, long timestamp)
            throws InterruptedException, ExecutionException {
        try (KafkaProducer<byte[], byte[]> producer =
                JavaClient.producer(broker.bootstrap(), Map.of())) {
            producer.send(
                            new ProducerRecord<>(
                                    topic, 0, timestamp, null, new byte[bytes], List.of()))
                    .get();
        }
    }

    private static void assertTooLarge(BrokerProcess broker, int bytes) {
        assertThatThrownBy(() -> send(broker, "t", bytes, System.currentTimeMillis()))
                .hasCauseInstanceOf(RecordTooLargeException.class);
    }

    private static long earliest(BrokerProcess broker, String topic)
            throws InterruptedException, ExecutionException {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = admin(broker)) {
            return admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        }
    }
}
