package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What real clients ask for and this version does not have: nobody waits for ever. */
@ExtendWith(ErrorsPage.class)
class UnservedTest {
    @TempDir static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerProcess.start(directory.resolve("data"));
        JavaClient.createTopic(broker.bootstrap(), "orders", 1);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void aConsumerGroupIsRefusedByNameAndLogged() {
        Kcat.required();
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of(),
                        List.of(
                                "timeout",
                                "20",
                                "kcat",
                                "-b",
                                broker.bootstrap(),
                                "-G",
                                "mine",
                                "orders"),
                        "");
        assertThat(finished.status()).as(finished.err()).isEqualTo(1);
        ErrorsPage.saw(finished.err());
        assertThat(broker.log()).containsPattern("librdkafka \\S+ \\('rdkafka'\\) at 127.0.0.1:");
        ErrorsPage.saw(broker.log());
        try (var consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrap(), "group.id", "mine"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.subscribe(List.of("orders"));
            assertThatThrownBy(() -> consumer.poll(Duration.ofSeconds(30)))
                    .isInstanceOf(UnsupportedVersionException.class);
        }
    }

    private static void sawAll(Throwable refused) {
        for (Throwable each = refused; each != null; each = each.getCause()) {
            ErrorsPage.saw(String.valueOf(each.getMessage()));
        }
    }

    @Test
    void aTransactionalProducerIsRefusedByName() {
        try (var producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrap(), "transactional.id", "mine"),
                        new StringSerializer(),
                        new StringSerializer())) {
            assertThatThrownBy(producer::initTransactions)
                    .isInstanceOf(KafkaException.class)
                    .satisfies(UnservedTest::sawAll);
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            assertThatThrownBy(() -> admin.describeConsumerGroups(List.of("mine")).all().get())
                    .rootCause()
                    .isInstanceOf(UnsupportedVersionException.class);
        }
    }
}
