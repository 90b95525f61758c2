package mortise.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import mortise.api.ErrorCode;
import mortise.broker.partition.PartitionRig.Sent;
import mortise.metadata.TopicSettings;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.tck.sim.Seeded;

/**
 * A partition against a simple model: random batches of idempotent producers (in order, retried,
 * out of order, of old and new epochs), rolls, syncs, failed writes, deletions of records, clean
 * restarts, kills, crashes and damaged sidecars.
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

    /** The batches that producers may be known by: those of the log, and deleted ones. */
    private final List<Entry> memory = new ArrayList<>();

    /** What producers of which nothing is known began with, and could not have written. */
    private final Map<Long, Integer> unwritten = new HashMap<>();

    private long start;
    private long end;
    private final List<Sent> waiting = new ArrayList<>();
    private final List<Long> waitingFor = new ArrayList<>();

    private Producer producer(long id) {
        Producer producer = new Producer();
        for (Entry entry : memory) {
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
        for (int step = 0; step < STEPS; step++) {
            int dice = random.nextInt(100);
            if (dice < 78) {
                produce(rig, partition, random, durable);
            } else if (dice < 80) {
                deleteRecords(rig, partition, random);
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
                if (dice < 95) {
                    crash(rig);
                } else if (dice < 97) {
                    kill(rig);
                } else {
                    rig.flush();
                    settled(Long.MAX_VALUE);
                    rig.stop();
                }
                waiting.clear();
                waitingFor.clear();
                unwritten.clear();
                HeapLog heap = rig.log("t", 0);
                boolean damaged = dice == 99;
                if (damaged) {
                    damage(heap, random);
                }
                rig = new PartitionRig(store, Map.of());
                epoch++;
                partition = rig.open("t", 0, settings, epoch);
                if (damaged) {
                    heap.removeFrom(SidecarKind.PRODUCER_STATE, end);
                    heap.removeFrom(SidecarKind.PRODUCER_BATCHES, end);
                }
            }
            assertThat(partition.outOfService()).isNull();
            assertThat(rig.log("t", 0).bounds().endOffset()).isEqualTo(end);
            assertThat(partition.leaderView().highWatermark().offset())
                    .isEqualTo(durable ? rig.log("t", 0).durableEnd().offset() : end);
        }
        assertThat(stored(rig)).isEqualTo(log);
    }

    private void deleteRecords(PartitionRig rig, Partition partition, RandomGenerator random) {
        long limit = partition.leaderView().highWatermark().offset();
        long to = random.nextInt(3) == 0 ? limit : start + random.nextLong(limit - start + 1);
        partition.advanceStart(to);
        rig.settle();
        start = to;
        log.removeIf(entry -> entry.nextOffset() <= start);
        if (random.nextBoolean()) {
            rig.flush();
            settled(Long.MAX_VALUE);
        }
    }

    private void produce(
            PartitionRig rig, Partition partition, RandomGenerator random, boolean durable) {
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
        expect(sent, producer, new Entry(end, records, id, epoch, first), durable);
    }

    private void expect(Sent sent, Producer producer, Entry entry, boolean durable) {
        Entry duplicate =
                producer.batches.stream()
                        .filter(known ->
                                known.epoch() == entry.epoch()
                                        && known.firstSequence() == entry.firstSequence()
                                        && known.records() == entry.records())
                        .findFirst()
                        .orElse(null);
        if (duplicate != null) {
            answered(sent, duplicate.baseOffset(), duplicate.nextOffset(), durable);
            return;
        }
        ErrorCode error = error(producer, entry);
        if (error != ErrorCode.NONE) {
            assertThat(sent.error()).isEqualTo(error);
            return;
        }
        unwritten.remove(entry.producerId());
        log.add(entry);
        memory.add(entry);
        end = entry.nextOffset();
        answered(sent, entry.baseOffset(), entry.nextOffset(), durable);
    }

    private ErrorCode error(Producer producer, Entry entry) {
        if (producer.epoch < 0) {
            Integer first = unwritten.get(entry.producerId());
            return first != null && entry.epoch() == 0 && entry.firstSequence() > first
                    ? ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
                    : ErrorCode.NONE;
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
        if (producer.epoch < 0) {
            unwritten.put(id, first);
        }
    }

    private void crash(PartitionRig rig) {
        HeapLog heap = rig.log("t", 0);
        long kept = heap.durableEnd().offset();
        heap.crash();
        log.removeIf(entry -> entry.baseOffset() >= kept);
        memory.removeIf(entry -> entry.baseOffset() >= kept);
        end = Math.max(start, kept);
        forgetWhatNothingTells(heap);
    }

    /** The process ends: the log keeps everything, and sidecars that no sync has written go. */
    private void kill(PartitionRig rig) {
        HeapLog heap = rig.log("t", 0);
        heap.kill();
        forgetWhatNothingTells(heap);
    }

    /** Without sidecars at or above the start, the batches from the start on are all there is. */
    private void forgetWhatNothingTells(HeapLog heap) {
        if (newestPair(heap) < start) {
            memory.removeIf(entry -> entry.nextOffset() <= start);
        }
    }

    private static long newestPair(HeapLog heap) {
        List<Long> snapshots = heap.offsets(SidecarKind.PRODUCER_STATE);
        assertThat(heap.offsets(SidecarKind.PRODUCER_BATCHES))
                .isEqualTo(snapshots.stream().filter(at -> !isOfNobody(heap, at)).toList());
        return snapshots.isEmpty() ? -1 : snapshots.getLast();
    }

    private static boolean isOfNobody(HeapLog heap, long offset) {
        return heap.latestSidecar(SidecarKind.PRODUCER_STATE, offset)
                        .orElseThrow()
                        .content()
                        .remaining()
                == ProducerSnapshot.HEADER_BYTES;
    }

    /** Spoils the sidecars that the next start would have read, after a clean stop. */
    private void damage(HeapLog heap, RandomGenerator random) {
        List<Long> pairs = heap.offsets(SidecarKind.PRODUCER_STATE);
        SidecarKind kind =
                random.nextBoolean() || isOfNobody(heap, pairs.getLast())
                        ? SidecarKind.PRODUCER_STATE
                        : SidecarKind.PRODUCER_BATCHES;
        heap.damageLatest(kind);
        boolean older = pairs.size() > 1 && pairs.get(pairs.size() - 2) >= start;
        if (!older) {
            // the snapshot alone tells the last batch of those who have none in the log
            List<Entry> last = new ArrayList<>();
            for (long id = 0; id < PRODUCERS && kind == SidecarKind.PRODUCER_BATCHES; id++) {
                List<Entry> known = producer(id).batches;
                if (!known.isEmpty() && known.getLast().nextOffset() <= start) {
                    last.add(known.getLast());
                }
            }
            memory.removeIf(entry -> entry.nextOffset() <= start);
            memory.addAll(0, last);
        }
    }

    private static List<Entry> stored(PartitionRig rig) {
        HeapLog heap = rig.log("t", 0);
        List<Entry> entries = new ArrayList<>();
        Map<Long, Integer> epochs = new HashMap<>();
        try (LogSlice all =
                heap.read(
                        heap.bounds().startOffset(),
                        new LogPosition(heap.end().offset(), 0),
                        Integer.MAX_VALUE,
                        true)) {
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
