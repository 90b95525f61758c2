package mortise.broker.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.broker.log.LogWalk;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.record.RecordBatches;
import mortise.record.RecordHeader;
import mortise.record.RecordIteration;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageProvider;
import mortise.spi.storage.UnreadableDataException;
import mortise.storage.local.LocalStorageProvider;
import mortise.storage.memory.MemoryStorageProvider;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import mortise.tck.storage.SampleBatch;
import mortise.tck.storage.SampleBatchSet;
import org.jspecify.annotations.Nullable;

/**
 * Random logs, compacted again and again with tables of keys that are too small, against a model
 * that knows every record ever written: the last record of each key stays with its offset, time,
 * value and headers; tombstones go when their time has come and not before; order and offsets are
 * kept; a producer's last batch keeps its sequence; a batch whose checksum is wrong stays as it is,
 * and what stands in it takes nothing away.
 */
class CompactionModelTest {
    private static final Codecs CODECS = Codecs.installed();
    private static final Opening OPENING = new Opening(CODECS, 1 << 20);
    private static final LogId ID =
            new LogId(
                    new TopicId(new UUID(0x4000, 0x8000_0000_0000_0001L)),
                    new TopicPartition("compacted", 0));
    private static final LogSettings SMALL =
            new LogSettings(
                    4 << 10, Duration.ofHours(1), 256, 4 << 10, false, Duration.ofSeconds(1));
    private static final long HORIZON_MILLIS = 60_000;
    private static final int KEYS = 40;

    /** A record as it was written. */
    private record Written(
            long offset,
            long batchEnd,
            long timestamp,
            int key,
            @Nullable String value,
            String header) {}

    @Seeded(runs = 60)
    void theLastRecordOfEachKeyStaysInALocalStore(long seed, RandomGenerator random) {
        new Course(new LocalStorageProvider(), seed, random).run();
    }

    @Seeded(runs = 60)
    void theLastRecordOfEachKeyStaysInAMemoryStore(long seed, RandomGenerator random) {
        new Course(new MemoryStorageProvider(), seed, random).run();
    }

    /** One random log and its model. */
    private static final class Course {
        private final RandomGenerator random;
        private final SimContext context;
        private final LogStore store;
        private final PartitionLog log;
        private final List<Written> model = new ArrayList<>();
        private final Map<Long, LastBatches.Last> lastOfProducers = new HashMap<>();
        private final Map<Long, ByteBuffer> rotten = new HashMap<>();
        private final Map<Long, Integer> sequences = new HashMap<>();

        /**
         * Tombstones that have been through a compaction, by offset, with the time of the first.
         */
        private final Map<Long, Long> seenTombstones = new HashMap<>();

        Course(StorageProvider provider, long seed, RandomGenerator random) {
            this.random = random;
            this.context = SimContext.on(SimDisk.create(seed), seed);
            this.store = provider.create(Config.of(provider.config(), Map.of()), context);
            store.start();
            this.log = store.open(ID, SMALL);
        }

        void run() {
            for (int step = 0; step < 12; step++) {
                int batches = random.nextInt(1, 40);
                for (int i = 0; i < batches; i++) {
                    write();
                }
                if (random.nextInt(3) == 0) {
                    context.clock().advance(Duration.ofMillis(random.nextLong(2 * HORIZON_MILLIS)));
                }
                compact();
                check();
            }
            store.close();
        }

        private void write() {
            long base = log.end().offset();
            long producer = random.nextInt(4) - 1L;
            RecordBatchBuilder builder =
                    RecordBatchBuilder.growing(1_000).baseOffset(base).leaderEpoch(3);
            Codec codec = CODECS.find(random.nextInt(4) == 0 ? "gzip" : "none");
            if (codec != null) {
                builder.codec(codec);
            }
            int records = random.nextInt(1, 6);
            boolean rots = random.nextInt(25) == 0;
            if (producer >= 0) {
                int sequence = sequences.getOrDefault(producer, 0);
                builder.producer(producer, (short) 0, sequence);
                sequences.put(producer, sequence + records);
                lastOfProducers.put(producer, new LastBatches.Last(base + records - 1, (short) 0));
            }
            for (int i = 0; i < records; i++) {
                Written next =
                        new Written(
                                base + i,
                                base + records,
                                context.clock().wallMillis() + random.nextInt(-50, 50),
                                random.nextInt(KEYS),
                                random.nextInt(5) == 0 ? null : "value of " + (base + i),
                                "h" + random.nextInt(9));
                if (!rots) {
                    model.add(next);
                }
                builder.append(
                        next.timestamp,
                        bytes("key-" + next.key),
                        next.value == null ? null : bytes(next.value),
                        List.of(new RecordHeader("header", bytes(next.header))));
            }
            RecordBatch batch = builder.build();
            if (rots) {
                int at = random.nextInt(RecordBatch.HEADER_BYTES, batch.sizeInBytes());
                batch.buffer().put(at, (byte) (batch.buffer().get(at) ^ 1));
                rotten.put(base, batch.buffer().duplicate());
            }
            append(batch);
            context.clock().advance(Duration.ofMillis(random.nextInt(20)));
        }

        private void append(RecordBatch batch) {
            log.rollIfNeeded(
                    batch.sizeInBytes(), batch.maxTimestamp(), context.clock().wallMillis());
            SampleBatch sample =
                    new SampleBatch(
                            batch.baseOffset(),
                            batch.lastOffset(),
                            batch.maxTimestamp(),
                            batch.leaderEpoch(),
                            batch.buffer());
            log.append(SampleBatchSet.of(List.of(sample)));
        }

        private void compact() {
            LogCompaction compaction = log.compaction().orElseThrow();
            CompactionPlan plan =
                    CompactionPlan.of(
                            compaction.sealed(),
                            new CompactionPlan.Bounds(
                                    log.bounds().startOffset(),
                                    log.end().offset(),
                                    compaction.compactedTo(),
                                    Long.MAX_VALUE));
            if (plan.isEmpty()) {
                return;
            }
            long keyBytes = KeyOffsets.bytesFor(random.nextInt(1, 60));
            long now = context.clock().wallMillis();
            long to =
                    new CompactionRun(
                                    log,
                                    compaction,
                                    plan,
                                    new CompactionRun.Means(
                                            OPENING,
                                            keyBytes,
                                            new Throttle(context.clock(), Double.POSITIVE_INFINITY),
                                            random,
                                            () -> false))
                            .run(
                                    new CompactionRun.Wishes(
                                            new LastBatches(lastOfProducers),
                                            now,
                                            HORIZON_MILLIS,
                                            SMALL.segmentBytes()));
            assertThat(to).as("compacted up to").isGreaterThan(plan.from());
            assertThat(to).isLessThanOrEqualTo(plan.to());
            assertThat(compaction.compactedTo()).isEqualTo(to);
            forget(to, now);
        }

        /** Takes from the model what a compaction up to an offset may take. */
        private void forget(long to, long now) {
            Map<Integer, Long> last = new HashMap<>();
            for (Written written : model) {
                if (written.offset < to) {
                    last.merge(written.key, written.offset, Math::max);
                }
            }
            model.removeIf(written ->
                    written.offset < to && written.offset < last.getOrDefault(written.key, -1L));
            for (Written written : List.copyOf(model)) {
                if (written.batchEnd <= to && written.value == null) {
                    Long seen = seenTombstones.putIfAbsent(written.offset, now);
                    if (seen != null && now >= seen + HORIZON_MILLIS) {
                        model.remove(written);
                    }
                }
            }
        }

        private void check() {
            List<Written> found = new ArrayList<>();
            Map<Long, ByteBuffer> foundRotten = new HashMap<>();
            Set<Long> lastOffsets = new HashSet<>();
            long offset = log.bounds().startOffset();
            while (offset < log.end().offset()) {
                try (LogSlice slice = log.read(offset, log.end(), 10_000, true)) {
                    for (RecordBatch batch : RecordBatches.of(slice.copy())) {
                        assertThat(batch.baseOffset()).as("order").isGreaterThanOrEqualTo(offset);
                        offset = batch.nextOffset();
                        lastOffsets.add(batch.lastOffset());
                        if (batch.isCrcValid()) {
                            records(batch, found);
                        } else {
                            foundRotten.put(batch.baseOffset(), batch.buffer());
                        }
                    }
                } catch (UnreadableDataException refused) {
                    long readable = LogWalk.readableAfter(log, offset, log.end());
                    foundRotten.putAll(rottenBetween(offset, readable, lastOffsets));
                    offset = readable;
                }
            }
            assertThat(found).as("what the log holds").isEqualTo(model);
            assertThat(foundRotten).as("batches with a wrong checksum").isEqualTo(rotten);
            lastOfProducers.forEach((producer, last) ->
                    assertThat(lastOffsets)
                            .as("the last batch of producer %s", producer)
                            .contains(last.lastOffset()));
        }

        /** Those whose reading a store refuses that checks what it reads: there must be one. */
        private Map<Long, ByteBuffer> rottenBetween(long from, long to, Set<Long> lastOffsets) {
            Map<Long, ByteBuffer> between = new HashMap<>();
            rotten.forEach((base, bytes) -> {
                if (base >= from && base < to) {
                    between.put(base, bytes);
                    RecordBatches.of(bytes.duplicate())
                            .forEach(batch -> lastOffsets.add(batch.lastOffset()));
                }
            });
            assertThat(between).as("refused from %s to %s", from, to).isNotEmpty();
            return between;
        }

        private static void records(RecordBatch batch, List<Written> found) {
            try (RecordIteration records = batch.records(CODECS, 1 << 20)) {
                while (records.hasNext()) {
                    Record next = records.next();
                    found.add(
                            new Written(
                                    next.offset(),
                                    batch.nextOffset(),
                                    next.timestamp(),
                                    Integer.parseInt(text(next.key()).substring("key-".length())),
                                    next.value() == null ? null : text(next.value()),
                                    text(next.headers().getFirst().value())));
                }
            }
        }

        private static ByteBuffer bytes(String text) {
            return StandardCharsets.UTF_8.encode(text);
        }

        private static String text(@Nullable ByteBuffer bytes) {
            return bytes == null ? "" : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
        }
    }
}
