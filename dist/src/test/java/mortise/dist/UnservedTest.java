package mortise.dist;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
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
        ErrorsPage.saw(broker.log());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            assertThatThrownBy(() -> admin.listTransactions().all().get())
                    .rootCause()
                    .isInstanceOf(UnsupportedVersionException.class);
        }
    }
}
