package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** The ordinary Java client against the extension's broker, on the class path. */
class OrdersTest {
    @RegisterExtension
    static final BrokerExtension LOCAL = BrokerExtension.local().topic("orders", 1);

    @Test
    void ordersOutliveARestart(TestBroker broker) throws Exception {
        assertFalse(TestBroker.class.getModule().isNamed());
        produce(broker, "none", "apple");
        broker.kill();
        broker.start();
        produce(broker, "zstd", "pear");

        assertEquals(List.of("apple", "pear"), consume(broker, 2));
    }

    private static void produce(TestBroker broker, String compression, String value)
            throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "compression.type",
                                compression),
                        new StringSerializer(),
                        new StringSerializer())) {
            producer.send(new ProducerRecord<>("orders", value)).get();
        }
    }

    private static List<String> consume(TestBroker broker, int wanted) {
        List<String> values = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "auto.offset.reset",
                                "earliest"),
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
