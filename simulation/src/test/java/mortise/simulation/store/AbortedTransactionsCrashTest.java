package mortise.simulation.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.broker.log.CopiedBatches;
import mortise.broker.partition.FilledLog;
import mortise.broker.partition.PartitionSettings;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.record.TransactionMarker;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.storage.local.LocalStorageProvider;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;

/**
 * Transactions in the files of the local store, whose process is killed and whose machine loses its
 * power: once the log has been opened as a broker does, the store knows exactly the aborted
 * transactions whose markers are in the log.
 */
class AbortedTransactionsCrashTest {
    private static final LogId ORDERS_3 =
            new LogId(new TopicId(new UUID(47, 11)), new TopicPartition("orders", 3));
    private static final LogSettings SMALL =
            new LogSettings(3_000, Duration.ofDays(7), 256, 1 << 20, false, Duration.ofMinutes(1));
    private static final FilledLog.Means MEANS =
            FilledLog.Means.of(Config.defaults(PartitionSettings.SCHEMA), 0);

    private enum Kind {
        DATA,
        COMMIT,
        ABORT
    }

    private record Written(long offset, long producer, Kind kind) {}

    private Random random = new Random();
    private SimDisk disk = SimDisk.create(1);
    private SimContext context = SimContext.on(disk, 1);
    private LogStore store = open();
    private PartitionLog log = store.open(ORDERS_3, SMALL);
    private final List<Written> written = new ArrayList<>();

    private LogStore open() {
        LocalStorageProvider provider = new LocalStorageProvider();
        LogStore opened = provider.create(Config.of(provider.config(), Map.of()), context);
        opened.start();
        return opened;
    }

    @Seeded(runs = 200)
    void theStoreKnowsExactlyWhatTheLogSays(long seed) {
        random = new Random(seed);
        disk = SimDisk.create(seed);
        context = SimContext.on(disk, seed).withInlineThreads();
        store = open();
        log = store.open(ORDERS_3, SMALL);
        written.clear();
        for (int crashes = 0; crashes < 4; crashes++) {
            for (int step = random.nextInt(80); step > 0; step--) {
                live();
            }
            crash();
            FilledLog.keep("orders-3", log, null, MEANS);
            assertThat(log.abortedTransactions(0, log.end().offset()))
                    .as("after crash %s", crashes)
                    .containsExactlyElementsOf(told());
            rangesHaveThoseThatReachIntoThem();
        }
    }

    private void rangesHaveThoseThatReachIntoThem() {
        List<AbortedTransaction> all = told();
        long end = log.end().offset();
        for (int i = 0; i < 10 && end > 0; i++) {
            long from = random.nextLong(end);
            long to = from + 1 + random.nextLong(end - from);
            assertThat(log.abortedTransactions(from, to))
                    .as("from %s to %s", from, to)
                    .containsExactlyElementsOf(
                            all.stream()
                                    .filter(one -> one.lastOffset() >= from)
                                    .filter(one -> one.firstOffset() < to)
                                    .toList());
        }
    }

    private void live() {
        long producer = random.nextInt(4);
        switch (random.nextInt(20)) {
            case 0 -> log.sync();
            case 1 -> {
                log.sync();
                context.clock().advance(Duration.ofMinutes(2)); // the recovery point is noted
            }
            case 2 -> FilledLog.keep("orders-3", log, null, MEANS);
            case 3, 4, 5 -> append(producer, Kind.COMMIT);
            case 6, 7, 8, 9 -> append(producer, Kind.ABORT);
            default -> append(producer, Kind.DATA);
        }
    }

    private void append(long producer, Kind kind) {
        long offset = log.end().offset();
        written.add(new Written(offset, producer, kind));
        RecordBatchBuilder builder =
                RecordBatchBuilder.growing(256)
                        .baseOffset(offset)
                        .leaderEpoch(0)
                        .producer(
                                producer,
                                (short) 0,
                                kind == Kind.DATA
                                        ? Math.toIntExact(offset)
                                        : RecordBatch.NO_SEQUENCE)
                        .transactional();
        RecordBatch batch =
                kind == Kind.DATA
                        ? builder.append(1, null, ByteBuffer.allocate(random.nextInt(200))).build()
                        : builder.control()
                                .append(1, new TransactionMarker(kind == Kind.COMMIT, 0))
                                .build();
        CopiedBatches one = new CopiedBatches();
        one.add(batch, endingAt(offset));
        log.rollIfNeeded(one.sizeInBytes(), 1, context.clock().wallMillis());
        log.append(one);
    }

    private @Nullable AbortedTransaction endingAt(long marker) {
        List<AbortedTransaction> all = told();
        return all.isEmpty() || all.getLast().lastOffset() != marker ? null : all.getLast();
    }

    private void crash() {
        if (random.nextBoolean()) {
            disk = disk.kill();
        } else {
            if (random.nextInt(3) == 0) {
                disk.syncAll();
            }
            disk = disk.crash();
        }
        context = context.restartedOn(disk);
        store = open();
        log = store.open(ORDERS_3, SMALL);
        if (random.nextInt(4) == 0) {
            log.close(); // by somebody who only looked
            store.close();
            context = context.restartedOn(disk);
            store = open();
            log = store.open(ORDERS_3, SMALL);
        }
        written.removeIf(one -> one.offset() >= log.end().offset());
    }

    /** What the batches say that are in the log. */
    private List<AbortedTransaction> told() {
        Map<Long, Long> begun = new LinkedHashMap<>();
        List<AbortedTransaction> aborted = new ArrayList<>();
        for (Written one : written) {
            if (one.kind() == Kind.DATA) {
                begun.putIfAbsent(one.producer(), one.offset());
                continue;
            }
            Long first = begun.remove(one.producer());
            if (first != null && one.kind() == Kind.ABORT) {
                aborted.add(
                        new AbortedTransaction(
                                one.producer(),
                                first,
                                one.offset(),
                                begun.values().stream().findFirst().orElse(one.offset() + 1)));
            }
        }
        return aborted;
    }
}
