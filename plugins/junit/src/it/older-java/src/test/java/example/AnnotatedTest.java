package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import mortise.api.ErrorCode;
import mortise.junit.MortiseBroker;
import mortise.junit.TestBroker;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** The annotation and the faults, on a Java that cannot run a broker itself. */
@MortiseBroker(topics = "orders:3")
class AnnotatedTest {
    private static KafkaProducer<String, String> producer(TestBroker broker) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", broker.bootstrapServers(),
                        "request.timeout.ms", 500,
                        "delivery.timeout.ms", 1_000,
                        "linger.ms", 0),
                new StringSerializer(),
                new StringSerializer());
    }

    @Test
    void theTopicIsThere(TestBroker broker) throws Exception {
        int java = Runtime.version().feature();
        System.out.println("the tests run on Java " + java);
        assertTrue(java < 25);
        assertNull(broker.status().dataDirectory());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            assertEquals(Set.of("orders"), admin.listTopics().names().get());
        }
    }

    @Test
    void whatIsRefusedIsSentAgain(TestBroker broker) throws Exception {
        try (KafkaProducer<String, String> producer = producer(broker)) {
            broker.refuse("Produce", ErrorCode.NOT_LEADER_OR_FOLLOWER, 2);
            producer.send(new ProducerRecord<>("orders", "plum")).get();
        }
        assertEquals(0, broker.refusalsLeft("Produce"));
    }

    @Test
    void aPausedNetworkTimesOutAndADelayedOneIsLate(TestBroker broker) throws Exception {
        try (KafkaProducer<String, String> producer = producer(broker)) {
            producer.send(new ProducerRecord<>("orders", "before")).get();
            broker.pauseNetwork();
            ExecutionException late =
                    assertThrows(
                            ExecutionException.class,
                            () -> producer.send(new ProducerRecord<>("orders", "late")).get());
            assertTrue(late.getCause() instanceof TimeoutException);
            broker.resumeNetwork();
            broker.dropConnections();
            broker.delayRequests(Duration.ofMillis(50));
            producer.send(new ProducerRecord<>("orders", "after")).get();
        }
    }
}
