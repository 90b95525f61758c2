package mortise.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import mortise.api.ErrorCode;
import mortise.broker.metadata.TopicSettings;
import mortise.broker.partition.PartitionRig.Sent;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.StorageException;
import mortise.tck.sim.Seeded;

/**
 * A partition against a simple model: random batches of idempotent producers (in order, retried,
 * out of order, of old and new epochs), rolls, syncs, failed writes, clean restarts and crashes.
 */
class PartitionModelTest {
    private static final int STEPS = 300;
    private static final int PRODUCERS = 4;

    /** A batch in the model's log. */
    private record Entry(
            long baseOffset, int records, long producerId, short epoch, int firstSequence) {
        int lastSequence() {
            return firstSequence + records - 1;
        }

        long nextOffset() {
            return baseOffset + records;
        }
    }

    /** What the model knows of a producer, computed from its log and nothing else. */
    private static final class Producer {
        short epoch = -1;
        final List<Entry> batches = new ArrayList<>();
    }

    private final List<Entry> log = new ArrayList<>();
    private final List<Sent> waiting = new ArrayList<>();
    private final List<Long> waitingFor = new ArrayList<>();

    private long end() {
        return log.isEmpty() ? 0 : log.getLast().nextOffset();
    }

    private Producer producer(long id) {
        Producer producer = new Producer();
        for (Entry entry : log) {
            if (entry.producerId() == id) {
                if (entry.epoch() != producer.epoch) {
                    producer.epoch = entry.epoch();
                    producer.batches.clear();
                }
                producer.batches.add(entry);
                if (producer.batches.size() > 5) {
                    producer.batches.removeFirst();
                }
            }
        }
        return producer;
    }

    @Seeded(runs = 150)
    void thePartitionDoesWhatTheModelSays(RandomGenerator random) {
        boolean durable = random.nextInt(3) == 0;
        TopicSettings settings =
                PartitionRig.topic(t -> {
                    t.segmentBytes(600);
                    return durable ? t.durable() : t;
                });
        HeapLogStore store = new HeapLogStore();
        PartitionRig rig = new PartitionRig(store, Map.of());
        int epoch = 0;
        Partition partition = rig.open("t", 0, settings, epoch);
        // after a restart a producer is remembered by its last batch only
        boolean restarted = false;
        for (int step = 0; step < STEPS; step++) {
            int dice = random.nextInt(100);
            if (dice < 80) {
                produce(rig, partition, random, durable, restarted);
            } else if (dice < 84) {
                rig.flush();
                settled(Long.MAX_VALUE);
            } else if (dice < 88) {
                failedWrite(rig, partition, random);
            } else if (dice < 93) {
                epoch++;
                rig.partitions.changeRole(partition.id(), PartitionRig.led(0, epoch));
                rig.settle();
            } else {
                boolean crash = dice < 97;
                if (crash) {
                    crash(rig);
                } else {
                    rig.flush();
                    settled(Long.MAX_VALUE);
                    rig.stop();
                }
                waiting.clear();
                waitingFor.clear();
                restarted = true;
                rig = new PartitionRig(store, Map.of());
                epoch++;
                partition = rig.open("t", 0, settings, epoch);
            }
            assertThat(partition.outOfService()).isNull();
            assertThat(rig.log("t", 0).bounds().endOffset()).isEqualTo(end());
            assertThat(partition.leaderView().highWatermark().offset())
                    .isEqualTo(durable ? rig.log("t", 0).durableEnd().offset() : end());
        }
        assertThat(stored(rig)).isEqualTo(log);
    }

    private void produce(
            PartitionRig rig,
            Partition partition,
            RandomGenerator random,
            boolean durable,
            boolean restarted) {
        long id = random.nextInt(PRODUCERS);
        Producer producer = producer(id);
        int records = random.nextInt(1, 4);
        short epoch = producer.epoch < 0 ? 0 : producer.epoch;
        int first = producer.batches.isEmpty() ? 0 : producer.batches.getLast().lastSequence() + 1;
        int dice = random.nextInt(10);
        if (dice == 0 && !producer.batches.isEmpty()) {
            Entry again = producer.batches.get(random.nextInt(producer.batches.size()));
            first = again.firstSequence();
            records = again.records();
        } else if (dice == 1) {
            first += random.nextInt(-3, 4);
        } else if (dice == 2) {
            epoch = (short) Math.max(0, epoch + random.nextInt(-1, 2));
            first = random.nextInt(4) == 0 ? first : 0;
        }
        first = Math.max(0, first);
        Sent sent = rig.send(partition, PartitionRig.batch(records, 20, id, epoch, first));
        expect(sent, producer, new Entry(end(), records, id, epoch, first), durable, restarted);
    }

    private void expect(
            Sent sent, Producer producer, Entry entry, boolean durable, boolean restarted) {
        Entry duplicate =
                producer.batches.stream()
                        .filter(known ->
                                known.epoch() == entry.epoch()
                                        && known.firstSequence() == entry.firstSequence()
                                        && known.records() == entry.records())
                        .findFirst()
                        .orElse(null);
        if (duplicate != null
                && restarted
                && sent.done()
                && sent.error() == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) {
            // a snapshot keeps the last batch of a producer only, as Apache Kafka's does
            assertThat(duplicate).isNotEqualTo(producer.batches.getLast());
            return;
        }
        if (duplicate != null) {
            answered(sent, duplicate.baseOffset(), duplicate.nextOffset(), durable);
            return;
        }
        ErrorCode error = error(producer, entry);
        if (error != ErrorCode.NONE) {
            assertThat(sent.error()).isEqualTo(error);
            return;
        }
        log.add(entry);
        answered(sent, entry.baseOffset(), entry.nextOffset(), durable);
    }

    private static ErrorCode error(Producer producer, Entry entry) {
        if (producer.epoch < 0) {
            return ErrorCode.NONE;
        }
        if (entry.epoch() < producer.epoch) {
            return ErrorCode.INVALID_PRODUCER_EPOCH;
        }
        int wanted =
                entry.epoch() > producer.epoch ? 0 : producer.batches.getLast().lastSequence() + 1;
        return entry.firstSequence() == wanted
                ? ErrorCode.NONE
                : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
    }

    private void answered(Sent sent, long firstOffset, long nextOffset, boolean durable) {
        if (durable && !sent.done()) {
            waiting.add(sent);
            waitingFor.add(nextOffset);
            return;
        }
        assertThat(sent.error()).isEqualTo(ErrorCode.NONE);
        assertThat(sent.firstOffset()).isEqualTo(firstOffset);
    }

    /** Everything below an offset is durable, so whoever waited for it is answered. */
    private void settled(long durable) {
        for (int i = 0; i < waiting.size(); i++) {
            if (waitingFor.get(i) <= durable) {
                assertThat(waiting.get(i).done()).isTrue();
                assertThat(waiting.get(i).error()).isEqualTo(ErrorCode.NONE);
            }
        }
        waiting.clear();
        waitingFor.clear();
    }

    private void failedWrite(PartitionRig rig, Partition partition, RandomGenerator random) {
        rig.log("t", 0).failAppend =
                new StorageException(StorageException.Reach.CALL, "the disk is full");
        long id = random.nextInt(PRODUCERS);
        Producer producer = producer(id);
        int first = producer.batches.isEmpty() ? 0 : producer.batches.getLast().lastSequence() + 1;
        short epoch = producer.epoch < 0 ? 0 : producer.epoch;
        Sent sent = rig.send(partition, PartitionRig.batch(1, 20, id, epoch, first));
        assertThat(sent.error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
    }

    private void crash(PartitionRig rig) {
        HeapLog heap = rig.log("t", 0);
        long kept = heap.durableEnd().offset();
        heap.crash();
        log.removeIf(entry -> entry.baseOffset() >= kept);
        assertThat(end()).isEqualTo(kept);
    }

    private static List<Entry> stored(PartitionRig rig) {
        HeapLog heap = rig.log("t", 0);
        List<Entry> entries = new ArrayList<>();
        Map<Long, Integer> epochs = new HashMap<>();
        try (LogSlice all =
                heap.read(0, new LogPosition(heap.end().offset(), 0), Integer.MAX_VALUE, true)) {
            ByteBuffer bytes = ByteBuffer.allocate(all.sizeInBytes());
            all.copyTo(0, bytes);
            for (RecordBatch batch : RecordBatches.of(bytes.flip())) {
                assertThat(batch.leaderEpoch()).isGreaterThanOrEqualTo(epochs.getOrDefault(0L, 0));
                epochs.put(0L, batch.leaderEpoch());
                entries.add(
                        new Entry(
                                batch.baseOffset(),
                                batch.recordCount(),
                                batch.producerId(),
                                batch.producerEpoch(),
                                batch.baseSequence()));
            }
        }
        return entries;
    }
}
