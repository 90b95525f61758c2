package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker that is stopped with SIGTERM under load forgets nothing that its producers rely on. */
class CleanStopTest {
    private static final String TOPIC = "counted";
    private static final int PRODUCERS = 3;
    private static final int STOPS = 5;
    private static final int ACKNOWLEDGED_BETWEEN = 2_000;

    @TempDir Path directory;

    /** An idempotent producer of numbered values that goes on until it is told to end. */
    private static final class Load implements AutoCloseable {
        private final String name;
        private final KafkaProducer<byte[], byte[]> producer;
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final Set<String> failures = ConcurrentHashMap.newKeySet();
        private final Semaphore progress;

        /** Bounds what waits in the client, so that it ends soon after it is told to. */
        private final Semaphore unanswered = new Semaphore(2_000);

        private final Thread thread;
        private volatile boolean ended;

        Load(String name, String bootstrap, Semaphore progress) {
            this.name = name;
            this.progress = progress;
            this.producer =
                    JavaClient.producer(
                            bootstrap,
                            Map.of(
                                    "linger.ms", 0,
                                    "batch.size", 400,
                                    "retry.backoff.ms", 20,
                                    "reconnect.backoff.ms", 20,
                                    "reconnect.backoff.max.ms", 100,
                                    "delivery.timeout.ms", 120_000));
            this.thread = Thread.ofPlatform().daemon().name(name).start(this::send);
        }

        private void send() {
            for (int i = 0; !ended; i++) {
                unanswered.acquireUninterruptibly();
                String value = name + "-" + i;
                var _ =
                        producer.send(
                                new ProducerRecord<>(
                                        TOPIC, null, value.getBytes(StandardCharsets.UTF_8)),
                                (metadata, failure) -> {
                                    unanswered.release();
                                    if (failure == null) {
                                        acknowledged.add(value);
                                        progress.release();
                                    } else {
                                        failures.add(value + ": " + failure);
                                    }
                                });
            }
        }

        @Override
        public void close() {
            ended = true;
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            producer.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"page-cache", "fsync"})
    void nothingIsLostOrDoubledOverStopsUnderLoad(String durability) throws Exception {
        String set = "durability=" + durability;
        BrokerProcess broker = BrokerProcess.start(directory.resolve("data"), "--set", set);
        JavaClient.createTopic(broker.bootstrap(), TOPIC, 2);
        Semaphore progress = new Semaphore(0);
        List<Load> loads = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            loads.add(new Load("p" + i, broker.bootstrap(), progress));
        }
        for (int stop = 0; stop < STOPS; stop++) {
            assertThat(progress.tryAcquire(ACKNOWLEDGED_BETWEEN, 60, TimeUnit.SECONDS)).isTrue();
            broker.stop();
            broker = broker.restart("--set", set);
        }
        loads.forEach(Load::close);

        List<String> values =
                JavaClient.consume(broker.bootstrap(), TOPIC).stream()
                        .map(Kcat.Received::value)
                        .toList();
        broker.close();
        assertThat(loads).allSatisfy(load -> assertThat(load.failures).isEmpty());
        Map<String, Long> doubled =
                values.stream()
                        .collect(Collectors.groupingBy(value -> value, Collectors.counting()));
        doubled.values().removeIf(count -> count == 1);
        assertThat(doubled).as("values that are there more than once").isEmpty();
        assertThat(Set.copyOf(values))
                .containsAll(loads.stream().flatMap(load -> load.acknowledged.stream()).toList());
        assertThat(values).hasSizeGreaterThanOrEqualTo(STOPS * ACKNOWLEDGED_BETWEEN);
    }
}
