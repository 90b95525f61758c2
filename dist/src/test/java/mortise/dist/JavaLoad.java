package mortise.dist;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The unmodified Java producer. One thread sends; its answers come on the client's own. */
final class JavaLoad implements LoadProducer {
    private static final int PATIENCE_MILLIS = 600_000;

    private final int recordsAtOnce;
    private final Map<LoadTopic, LoadLedger> ledgers = new LinkedHashMap<>();
    private final KafkaProducer<byte[], byte[]> producer;

    JavaLoad(
            String name,
            String kind,
            String bootstrap,
            LoadLedger.Promise promise,
            Map<String, Object> settings,
            List<LoadTopic> topics,
            int recordsAtOnce) {
        this.recordsAtOnce = recordsAtOnce;
        topics.forEach(topic -> ledgers.put(topic, topic.ledger(name, kind, promise)));
        Map<String, Object> all =
                new HashMap<>(
                        Map.of(
                                "client.id",
                                name,
                                "buffer.memory",
                                8 << 20,
                                "max.block.ms",
                                PATIENCE_MILLIS,
                                "delivery.timeout.ms",
                                PATIENCE_MILLIS,
                                "request.timeout.ms",
                                15_000,
                                "reconnect.backoff.max.ms",
                                500,
                                "metadata.max.age.ms",
                                5_000));
        all.putAll(settings);
        this.producer = JavaClient.producer(bootstrap, all);
    }

    @Override
    public void send() {
        for (int i = 0; i < recordsAtOnce; i++) {
            ledgers.forEach(this::sendOne);
        }
    }

    private void sendOne(LoadTopic topic, LoadLedger ledger) {
        int number = ledger.next();
        byte[] key = LoadLedger.key(number).getBytes(StandardCharsets.US_ASCII);
        byte[] value =
                LoadLedger.value(ledger.producer(), number).getBytes(StandardCharsets.US_ASCII);
        var _ =
                producer.send(
                        new ProducerRecord<>(topic.name(), key, value),
                        (metadata, failure) -> {
                            if (failure == null) {
                                ledger.acknowledged(
                                        number, metadata.partition(), metadata.offset());
                            } else {
                                ledger.failed(number, failure);
                            }
                        });
    }

    @Override
    public void finish(long seconds) throws InterruptedException {
        Thread flushing = Thread.ofPlatform().daemon().start(producer::flush);
        boolean flushed = flushing.join(Duration.ofSeconds(seconds));
        if (!flushed) {
            throw new AssertionError(
                    ledgers.values().stream().mapToInt(LoadLedger::open).sum()
                            + " records are not answered after "
                            + seconds
                            + " s of calm");
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        ledgers.values().forEach(ledger -> ledger.settle(false));
    }
}
