package mortise.bench.load;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import mortise.bench.workload.Workload;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * One producer of the Java client, with its thread: it offers each record when the timeline says
 * so, whatever became of those before, and notes how long each took from then to its
 * acknowledgement.
 */
final class JavaProducer implements Runnable, AutoCloseable {
    /** A send that takes longer than this was made to wait. */
    private static final long WAITED_NANOS = 1_000_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Run run;
    private final Pace pace;
    private final Payloads payloads;
    private final KafkaProducer<byte[], byte[]> producer;
    private final LongAdder unanswered = new LongAdder();
    private final int transactionRecords;
    private long excusedNanos;

    JavaProducer(Run run, int number) {
        this.run = run;
        Workload.Producers producers = run.workload().producers();
        pace = Pace.of(producers.rate(), 1, number, producers.count());
        payloads = new Payloads(producers.records(), number);
        transactionRecords = producers.sending().transactionRecords();
        producer = new KafkaProducer<>(settings(run, number));
    }

    private static Map<String, Object> settings(Run run, int number) {
        Workload.Sending sending = run.workload().producers().sending();
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, run.address().toString());
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "bench-producer-" + number);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(
                ProducerConfig.ACKS_CONFIG,
                sending.acks() == Workload.Acks.ALL
                        ? "all"
                        : Integer.toString(sending.acks().code()));
        settings.put(
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                sending.batching().idempotent() && sending.acks() == Workload.Acks.ALL);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, sending.batching().linger().toMillis());
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, (int) sending.batching().batch().bytes());
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, sending.batching().compression());
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, sending.inFlight());
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, sending.batching().buffer().bytes());
        settings.put(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                Math.max(1 << 20, 2 * run.workload().producers().records().size()));
        if (sending.transactionRecords() > 0) {
            settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "bench-" + number);
        }
        return settings;
    }

    @Override
    public void run() {
        try {
            if (transactionRecords > 0) {
                producer.initTransactions();
            }
            produce();
            producer.flush();
        } catch (InterruptException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            run.notes().failures().note("producing", failed);
        }
    }

    private void produce() {
        long begin = run.clock().nanoTime();
        for (long number = 0; !run.isOver() && !Thread.interrupted(); number++) {
            long due = pace.dueNanos(begin, number);
            if (pace.isMaximum()) {
                due = run.clock().nanoTime();
            } else {
                run.await(due);
            }
            inTransaction(number, due);
        }
        if (transactionRecords > 0) {
            producer.commitTransaction();
        }
    }

    private void inTransaction(long number, long due) {
        if (transactionRecords > 0 && number % transactionRecords == 0) {
            if (number > 0) {
                long begun = run.clock().nanoTime();
                producer.commitTransaction();
                run.notes().committed().note(begun, run.clock().nanoTime(), 1, 0);
            }
            producer.beginTransaction();
        }
        send(due);
    }

    private void send(long due) {
        byte[] value = payloads.value(due);
        long begun = run.clock().nanoTime();
        if (!pace.isMaximum()) {
            keepTime(begun, begun - due);
        }
        unanswered.increment();
        var _ =
                producer.send(
                        new ProducerRecord<>(run.topic(), payloads.key(), value),
                        (stored, failure) -> {
                            unanswered.decrement();
                            if (failure != null) {
                                run.notes().failures().note("a record was refused", failure);
                            } else {
                                run.notes()
                                        .produced()
                                        .note(due, run.clock().nanoTime(), 1, value.length);
                            }
                        });
        long took = run.clock().nanoTime() - begun;
        if (took > WAITED_NANOS) {
            excusedNanos += took;
        }
    }

    /**
     * What the client made this thread wait for is the system's lateness, all else the driver's.
     */
    private void keepTime(long nowNanos, long lateNanos) {
        if (lateNanos < WAITED_NANOS) {
            excusedNanos = 0;
        }
        run.notes().punctuality().late(nowNanos, Math.max(0, lateNanos - excusedNanos));
    }

    @Override
    public void close() {
        producer.close(PATIENCE);
        if (unanswered.sum() != 0) {
            run.notes().failures().note(unanswered.sum() + " records were never answered");
        }
    }
}
