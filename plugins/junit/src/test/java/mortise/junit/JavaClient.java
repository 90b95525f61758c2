package mortise.junit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The ordinary Java client of a broker. */
record JavaClient(String bootstrapServers) {
    static JavaClient of(TestBroker broker) {
        return new JavaClient(broker.bootstrapServers());
    }

    private Map<String, Object> config(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", bootstrapServers);
        return config;
    }

    /** An idempotent producer, as it is by default. */
    KafkaProducer<String, String> producer(Map<String, Object> more) {
        return new KafkaProducer<>(config(more), new StringSerializer(), new StringSerializer());
    }

    Admin admin() {
        return Admin.create(config(Map.of()));
    }

    /** The values of a partition from its beginning, at least so many; what comes later too. */
    List<String> values(String topic, int wanted) {
        List<String> values = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        config(Map.of("auto.offset.reset", "earliest")),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            for (int polls = 0; polls < 60 && consumer.position(partition) < end; polls++) {
                consumer.poll(Duration.ofSeconds(1)).forEach(found -> values.add(found.value()));
            }
        }
        if (values.size() < wanted) {
            throw new AssertionError(wanted + " values were wanted, there are " + values);
        }
        return values;
    }

    /** A producer's metric, by its name. */
    static double metric(KafkaProducer<?, ?> producer, String name) {
        return producer.metrics().entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(name))
                .filter(entry -> entry.getKey().group().equals("producer-metrics"))
                .mapToDouble(entry -> ((Number) entry.getValue().metricValue()).doubleValue())
                .findFirst()
                .orElseThrow();
    }
}
