package mortise.bench.load;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import mortise.bench.workload.Workload;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One consumer of the Java client, with its thread. */
final class JavaConsumer implements Runnable, AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Run run;
    private final Role role;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final CountDownLatch ready = new CountDownLatch(1);

    /** Where each partition ends that is read again and again; empty if none is. */
    private Map<TopicPartition, Long> ends = Map.of();

    /** What a consumer is for. */
    sealed interface Role {
        /** Reads a share of the partitions. */
        record Assigned(int number, int of) implements Role {}

        /** Is a member of a group. */
        record Member(int group, int number) implements Role {}

        /** Reads all partitions from their start, once measuring begins. */
        record CatchUp(int number) implements Role {}

        /** Its client's name, unlike all others'. */
        default String clientId() {
            return switch (this) {
                case Assigned assigned -> "bench-consumer-" + assigned.number;
                case Member member -> "bench-member-" + member.group + "-" + member.number;
                case CatchUp late -> "bench-catch-up-" + late.number;
            };
        }
    }

    JavaConsumer(Run run, Role role) {
        this.run = run;
        this.role = role;
        consumer = new KafkaConsumer<>(settings(run, role));
    }

    private static Map<String, Object> settings(Run run, Role role) {
        Workload.Consumers consumers = run.workload().consumers();
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, run.address().toString());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, role.clientId());
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, consumers.maxWaitMs());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                consumers.committedOnly() ? "read_committed" : "read_uncommitted");
        if (role instanceof Role.Member member) {
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, run.topic() + "-group-" + member.group());
        } else {
            settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        }
        return settings;
    }

    /** Waits until it has what it reads. */
    void awaitReady() throws InterruptedException {
        ready.await();
    }

    @Override
    public void run() {
        try {
            begin();
            ready.countDown();
            while (!run.isOver() && !Thread.interrupted()) {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                note(polled);
                readAgain(polled);
            }
        } catch (WakeupException | InterruptException | InterruptedException stopped) {
            // it is closed next
        } catch (RuntimeException failed) {
            run.notes().failures().note("consuming", failed);
        } finally {
            ready.countDown();
            consumer.close();
        }
    }

    /**
     * Goes back to the start of what was read to its end, partition by partition: so there is
     * always something to fetch.
     */
    private void readAgain(ConsumerRecords<byte[], byte[]> polled) {
        for (TopicPartition partition : polled.partitions()) {
            Long end = ends.get(partition);
            if (end != null && polled.records(partition).getLast().offset() + 1 >= end) {
                consumer.seek(partition, 0);
            }
        }
    }

    private void begin() throws InterruptedException {
        switch (role) {
            case Role.Assigned assigned -> assign(assigned);
            case Role.Member _ -> {
                consumer.subscribe(List.of(run.topic()));
                while (consumer.assignment().isEmpty() && !run.isOver()) {
                    note(consumer.poll(POLL));
                }
            }
            case Role.CatchUp _ -> {
                ready.countDown();
                run.window().awaitKnown();
                run.await(run.window().fromNanos());
                consumer.assign(partitions(0, 1));
                consumer.seekToBeginning(consumer.assignment());
            }
        }
    }

    private void assign(Role.Assigned assigned) {
        List<TopicPartition> own = partitions(assigned.number(), assigned.of());
        consumer.assign(own);
        if (run.workload().consumers().from() == Workload.From.TAIL) {
            consumer.seekToEnd(own);
        } else {
            consumer.seekToBeginning(own);
            ends = consumer.endOffsets(own);
        }
        own.forEach(consumer::position);
    }

    private List<TopicPartition> partitions(int first, int step) {
        return IntStream.range(0, run.workload().topic().partitions())
                .filter(partition -> partition % step == first)
                .mapToObj(partition -> new TopicPartition(run.topic(), partition))
                .toList();
    }

    private void note(ConsumerRecords<byte[], byte[]> polled) {
        if (polled.isEmpty()) {
            return;
        }
        long now = run.clock().nanoTime();
        boolean timed =
                !(role instanceof Role.CatchUp)
                        && run.workload().consumers().from() == Workload.From.TAIL;
        long bytes = 0;
        for (ConsumerRecord<byte[], byte[]> consumed : polled) {
            bytes += consumed.value().length;
            if (timed) {
                run.notes()
                        .consumed()
                        .note(Payloads.dueNanos(consumed.value()), now, 1, consumed.value().length);
            }
        }
        if (!timed) {
            (role instanceof Role.CatchUp ? run.notes().caughtUp() : run.notes().consumed())
                    .count(now, polled.count(), bytes);
        }
    }

    @Override
    public void close() {
        consumer.wakeup();
    }
}
