package mortise.broker.partition.api;

import static mortise.broker.partition.PartitionRig.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.api.config.Config;
import mortise.broker.partition.FakeRequest;
import mortise.broker.partition.HeapLogStore;
import mortise.broker.partition.Partition;
import mortise.broker.partition.PartitionRig;
import mortise.broker.request.Access;
import mortise.broker.runtime.Blocking;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.spi.auth.Authorizer;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.StorageProvider;
import mortise.storage.local.LocalStorageProvider;
import mortise.storage.memory.MemoryStorageProvider;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import mortise.wire.ApiKey;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsPartition;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsTopic;
import mortise.wire.message.ListOffsetsResponse;
import mortise.wire.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import org.junit.jupiter.api.Test;

/** Look-ups by time find what the records say, whatever the headers say. */
class TimestampLookupTest {
    private static final Codecs CODECS = Codecs.installed();

    /** What a log holds, told without it. */
    private record Known(long offset, long timestamp) {}

    private final List<Known> model = new ArrayList<>();
    private long start;

    @Seeded(runs = 40)
    void everyRecordIsFoundOnTheHeap(long seed, RandomGenerator random) {
        everyRecordIsFound(new HeapLogStore(), random);
    }

    @Seeded(runs = 40)
    void everyRecordIsFoundInALocalStore(long seed, RandomGenerator random) {
        everyRecordIsFound(store(new LocalStorageProvider(), seed), random);
    }

    @Seeded(runs = 40)
    void everyRecordIsFoundInAMemoryStore(long seed, RandomGenerator random) {
        everyRecordIsFound(store(new MemoryStorageProvider(), seed), random);
    }

    private static LogStore store(StorageProvider provider, long seed) {
        LogStore store =
                provider.create(
                        Config.of(provider.config(), Map.of()),
                        SimContext.on(SimDisk.create(seed), seed));
        store.start();
        return store;
    }

    private void everyRecordIsFound(LogStore store, RandomGenerator random) {
        model.clear();
        start = 0;
        PartitionRig rig = rig(store);
        Partition partition = open(rig);
        for (int step = 0; step < 30; step++) {
            switch (random.nextInt(12)) {
                case 0 -> {
                    start += random.nextLong(model.size() + 1 - start);
                    partition.advanceStart(start);
                    rig.settle();
                }
                case 1 -> {
                    rig.stop();
                    rig = rig(store);
                    partition = open(rig);
                }
                case 2, 3 -> assertFound(rig, random);
                default -> rig.send(partition, batch(random));
            }
        }
        assertFound(rig, random);
        rig.stop();
        store.close();
    }

    private static PartitionRig rig(LogStore store) {
        return new PartitionRig(store, Map.of(), new PartitionRig.InlineBlocking());
    }

    private static Partition open(PartitionRig rig) {
        return rig.open("t", 0, PartitionRig.topic(t -> t.segmentBytes(2_000)));
    }

    private RecordBatch batch(RandomGenerator random) {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(256);
        List<String> names = CODECS.names();
        int codec = random.nextInt(names.size() + 1);
        if (codec < names.size()) {
            builder.codec(CODECS.find(names.get(codec)));
        }
        int count = 1 + random.nextInt(6);
        long end = model.size();
        for (int i = 0; i < count; i++) {
            long timestamp = random.nextInt(10) == 0 ? -random.nextLong(9) : random.nextLong(1_000);
            builder.append(timestamp, null, ByteBuffer.allocate(random.nextInt(100)));
            model.add(new Known(end + i, timestamp));
        }
        RecordBatch batch = builder.build();
        long honest = batch.maxTimestamp();
        long stated =
                switch (random.nextInt(8)) {
                    case 0 -> -1;
                    case 1 -> batch.baseTimestamp();
                    case 2 -> random.nextLong(1_000);
                    case 3 -> Long.MAX_VALUE;
                    case 4 -> Long.MIN_VALUE;
                    default -> honest;
                };
        batch.stampMaxTimestamp(stated, new CRC32C());
        return batch;
    }

    private void assertFound(PartitionRig rig, RandomGenerator random) {
        for (int i = 0; i < 6; i++) {
            long wanted = random.nextInt(5) == 0 ? 0 : random.nextLong(1_010);
            Known truth =
                    model.stream()
                            .filter(r -> r.offset() >= start && r.timestamp() >= wanted)
                            .findFirst()
                            .orElse(new Known(-1, -1));
            assertThat(found(rig, wanted)).as("at %s of %s", wanted, model).isEqualTo(truth);
        }
        Known largest = null;
        for (Known record : model) {
            if (record.offset() >= start
                    && (largest == null || record.timestamp() > largest.timestamp())) {
                largest = record;
            }
        }
        Known truth = largest == null || largest.timestamp() < -1 ? new Known(-1, -1) : largest;
        assertThat(found(rig, -3)).as("largest of %s", model).isEqualTo(truth);
    }

    private static Known found(PartitionRig rig, long timestamp) {
        ListOffsetsPartitionResponse answer = list(rig, timestamp);
        assertThat(answer.errorCode()).isZero();
        return new Known(answer.offset(), answer.timestamp());
    }

    private static ListOffsetsPartitionResponse list(PartitionRig rig, long timestamp) {
        FakeRequest context = new FakeRequest(ApiKey.LIST_OFFSETS, 7);
        handler(rig)
                .handle(
                        context,
                        new ListOffsetsRequest()
                                .replicaId(-1)
                                .topics(
                                        List.of(
                                                new ListOffsetsTopic()
                                                        .name("t")
                                                        .partitions(
                                                                List.of(
                                                                        new ListOffsetsPartition()
                                                                                .timestamp(
                                                                                        timestamp))))));
        return context.answer(ListOffsetsResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst();
    }

    private static ListOffsetsHandler handler(PartitionRig rig) {
        return new ListOffsetsHandler(
                rig.partitions,
                new Access(Authorizer.ALLOW_ALL),
                new BatchOpenings(rig.blocking, CODECS),
                rig.config,
                rig.clock);
    }

    /** Tasks that take time, by the clock of the rig. */
    private static final class Slow implements Blocking {
        private PartitionRig rig;
        private int tasks;

        @Override
        public <T> CompletionStage<T> run(String what, Callable<T> task) {
            tasks++;
            if (rig != null) {
                rig.clock.advance(Duration.ofSeconds(15));
            }
            try {
                return CompletableFuture.completedFuture(task.call());
            } catch (Exception failed) {
                return CompletableFuture.failedFuture(failed);
            }
        }
    }

    @Test
    void aLookUpThatTakesTooLongIsToldSoAndTheNextGoesOnWhereItStopped() {
        Slow slow = new Slow();
        PartitionRig rig = new PartitionRig(new HeapLogStore(), Map.of(), slow);
        Partition partition = rig.open("t", 0, TOPIC);
        for (int i = 0; i < 12; i++) {
            rig.send(partition, PartitionRig.batch(1, 500_000, -1, (short) -1, -1, i));
        }
        slow.rig = rig;

        int asked = 1;
        while (list(rig, 11).errorCode() == ErrorCode.REQUEST_TIMED_OUT.code()) {
            asked++;
            assertThat(asked).isLessThan(20);
        }
        int tasks = slow.tasks;

        assertThat(asked).isGreaterThan(2);
        assertThat(found(rig, 11)).isEqualTo(new Known(11, 11));
        assertThat(slow.tasks - tasks).as("what was seen is not opened again").isEqualTo(1);
    }
}
