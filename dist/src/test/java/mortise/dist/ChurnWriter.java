package mortise.dist;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Writes large records into topics that come and go, to one for a second and then to the next,
 * whatever becomes of them: so that deletion meets appends, rolls, syncs and retention. Its records
 * count while their topic lives, which is never sure here; so they are counted as answered only.
 */
final class ChurnWriter implements AutoCloseable {
    private static final int VALUE_BYTES = 32 << 10;
    private static final int RECORDS_AT_ONCE = 4;
    private static final long PAUSE_MILLIS = 20;
    private static final int TURNS_PER_TOPIC = 50;

    private final Map<String, Object> settings;
    private final List<String> topics;
    private final CountDownLatch end;
    private final AtomicLong answered = new AtomicLong();
    private final Thread thread;

    ChurnWriter(String bootstrap, boolean idempotent, List<String> topics, CountDownLatch end) {
        this.topics = topics;
        this.end = end;
        settings =
                new HashMap<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrap,
                                "enable.idempotence",
                                idempotent,
                                "max.block.ms",
                                1_000,
                                "request.timeout.ms",
                                3_000,
                                "delivery.timeout.ms",
                                5_000,
                                "reconnect.backoff.max.ms",
                                500,
                                "metadata.max.age.ms",
                                2_000));
        thread = Thread.ofPlatform().daemon().name("churn-writer").start(this::write);
    }

    private void write() {
        byte[] value = "churn ".repeat(VALUE_BYTES / 6).getBytes(StandardCharsets.US_ASCII);
        try {
            while (end.getCount() > 0) {
                // a fatal error ends a producer, not this
                try (KafkaProducer<byte[], byte[]> producer =
                        JavaClient.producer((String) settings.get("bootstrap.servers"), settings)) {
                    writeWith(producer, value);
                    producer.close(Duration.ZERO);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeWith(KafkaProducer<byte[], byte[]> producer, byte[] value)
            throws InterruptedException {
        try {
            for (int turn = 0; !end.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS); turn++) {
                for (int i = 0; i < RECORDS_AT_ONCE; i++) {
                    send(producer, topics.get(turn / TURNS_PER_TOPIC % topics.size()), value);
                }
            }
        } catch (KafkaException fatal) {
            // the producer's own epoch is over: the next one goes on
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String topic, byte[] value) {
        var _ =
                producer.send(
                        new ProducerRecord<>(topic, value),
                        (metadata, failure) -> {
                            if (failure == null) {
                                answered.incrementAndGet();
                            }
                        });
    }

    long answered() {
        return answered.get();
    }

    @Override
    public void close() {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
