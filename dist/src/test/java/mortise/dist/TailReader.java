package mortise.dist;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A Java consumer that follows topics while they are written: offsets only grow, and a record is
 * what its producer sent. It is assigned its partitions, and needs no group.
 */
final class TailReader implements AutoCloseable {
    private final Findings findings;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Long> seen = new HashMap<>();
    private final Thread thread;
    private volatile boolean ending;
    private final AtomicLong records = new AtomicLong();

    TailReader(String bootstrap, List<LoadTopic> topics, int partitions, Findings findings) {
        this.findings = findings;
        this.consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrap,
                                "enable.auto.commit",
                                false,
                                "auto.offset.reset",
                                "earliest",
                                "reconnect.backoff.max.ms",
                                500),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> assigned = new ArrayList<>();
        for (LoadTopic topic : topics) {
            for (int partition = 0; partition < partitions; partition++) {
                assigned.add(new TopicPartition(topic.name(), partition));
            }
        }
        consumer.assign(assigned);
        this.thread = Thread.ofPlatform().daemon().name("tail").start(this::follow);
    }

    private void follow() {
        while (!ending) {
            try {
                consumer.poll(Duration.ofMillis(100)).forEach(this::read);
            } catch (KafkaException failure) {
                findings.add("the Java consumer fails while it follows", failure.toString());
                return;
            }
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        records.incrementAndGet();
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        Long before = seen.put(partition, record.offset());
        if (before != null && before >= record.offset()) {
            findings.add(
                    "a consumer sees offsets that go back",
                    String.format(
                            Locale.ROOT, "%s: %d after %d", partition, record.offset(), before));
        }
        try {
            LoadLedger.Identity.of(new String(record.value(), StandardCharsets.US_ASCII));
        } catch (AssertionError strange) {
            findings.add(
                    "a consumer sees a record that nobody sent",
                    partition + " offset " + record.offset() + ": " + strange.getMessage());
        }
    }

    long records() {
        return records.get();
    }

    @Override
    public void close() {
        ending = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        consumer.close();
    }
}
