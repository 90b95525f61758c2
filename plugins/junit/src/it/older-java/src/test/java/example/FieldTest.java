package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.junit.BrokerExtension;
import mortise.junit.TestBroker;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A broker on disk, and its death. */
class FieldTest {
    @RegisterExtension
    static final BrokerExtension LOCAL = BrokerExtension.local().topic("orders", 1);

    @Test
    void ordersOutliveAKill(TestBroker broker) throws Exception {
        assertTrue(Files.exists(broker.status().dataDirectory()));
        produce("none", "apple");
        broker.kill();
        assertFalse(broker.isRunning());
        broker.start();
        produce("zstd", "pear");

        assertEquals(List.of("apple", "pear"), consume(2));
    }

    @Test
    void theBrokerIsInAProcessOfThisJvm() {
        Optional<String> own = ProcessHandle.current().info().command();
        assertTrue(
                ProcessHandle.current()
                        .children()
                        .map(child -> child.info().command())
                        .anyMatch(java ->
                                java.orElse("").endsWith("java") && !java.equals(own)));
    }

    private static void produce(String compression, String value) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers", LOCAL.bootstrapServers(),
                                "compression.type", compression),
                        new StringSerializer(),
                        new StringSerializer())) {
            producer.send(new ProducerRecord<>("orders", value)).get();
        }
    }

    private static List<String> consume(int wanted) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers", LOCAL.bootstrapServers(),
                                "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition("orders", 0)));
            for (int polls = 0; polls < 60 && values.size() < wanted; polls++) {
                consumer.poll(Duration.ofSeconds(1)).forEach(found -> values.add(found.value()));
            }
        }
        return values;
    }
}
