package mortise.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.spi.Capability;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogDirectory.Space;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import mortise.tck.storage.SampleBatch;
import mortise.tck.storage.SampleBatchSet;
import org.junit.jupiter.api.Test;

class MemoryLogStoreTest {
    private static final LogId ORDERS = id("orders");
    private static final long MOST = 1 << 20;

    private final SimContext context = SimContext.on(SimDisk.create(1), 1).withoutThreads();
    private final LogStore store = store();
    private final PartitionLog log = store.open(ORDERS, LogSettings.DEFAULTS);

    private static LogId id(String topic) {
        return new LogId(
                new TopicId(new UUID(topic.hashCode(), 4711)), new TopicPartition(topic, 0));
    }

    private LogStore store() {
        MemoryStorageProvider provider = new MemoryStorageProvider();
        Config config =
                Config.of(provider.config(), Map.of("storage.memory.max-bytes", MOST + "B"));
        LogStore created = provider.create(config, context);
        created.start();
        return created;
    }

    private static void append(PartitionLog log, int valueBytes) {
        long at = log.end().offset();
        log.rollIfNeeded(valueBytes, at, at);
        log.append(SampleBatchSet.of(List.of(SampleBatch.of(at, at + 9, at, 0, valueBytes, at))));
    }

    private static StorageException fill(PartitionLog log, int valueBytes) {
        for (int i = 0; i < MOST; i++) {
            try {
                append(log, valueBytes);
            } catch (StorageException full) {
                return full;
            }
        }
        throw new AssertionError("the store takes more than its bound");
    }

    private long free() {
        Space space = store.directories().getFirst().space();
        assertThat(space.totalBytes()).isEqualTo(MOST);
        return space.usableBytes();
    }

    @Test
    void itDeclaresWhatItKeepsAndNoMore() {
        assertThat(new MemoryStorageProvider().capabilities())
                .containsExactlyInAnyOrder(
                        Capability.SIDECARS,
                        Capability.RETENTION,
                        Capability.COMPACTION,
                        Capability.TRANSACTIONS);
        assertThat(context.disk().orElseThrow().writes()).isZero();
    }

    @Test
    void aFullStoreRefusesAppendsByNameAndServesReads() {
        StorageException full = fill(log, 10_000);

        assertThat(full.reach()).isEqualTo(Reach.CALL);
        assertThat(full)
                .hasMessageContaining("appending")
                .hasMessageContaining("orders-0")
                .hasMessageContaining("of 1048576 bytes are taken")
                .hasMessageContaining("storage.memory.max-bytes");
        long end = log.end().offset();
        assertThat(log.sizeInBytes()).isBetween(MOST - 20_000, MOST);
        try (LogSlice slice = log.read(end - 1, log.end(), 1, true)) {
            SampleBatch last = SampleBatch.of(end - 10, end - 1, end - 10, 0, 10_000, end - 10);
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
            slice.copyTo(0, bytes);
            assertThat(bytes.flip()).isEqualTo(last.content());
        }
        assertThat(log.offsetAtOrAfter(55))
                .hasValueSatisfying(found -> assertThat(found.baseOffset()).isEqualTo(60));
    }

    @Test
    void theBoundIsOneForAllLogs() {
        fill(log, 10_000);
        PartitionLog other = store.open(id("payments"), LogSettings.DEFAULTS);

        assertThat(fill(other, 20_000)).hasMessageContaining("payments-0");
        assertThat(other.bounds()).isEqualTo(new LogBounds(0, 0));
    }

    @Test
    void whateverRemovesBatchesGivesTheirHeapBack() {
        long empty = free();
        append(log, 1_000);
        long one = free();
        fill(log, 10_000);
        log.truncateTo(10);
        assertThat(free()).as("after truncation").isEqualTo(one);
        fill(log, 10_000);
        log.reset(5_000);
        assertThat(free()).as("after a reset").isEqualTo(empty);
        fill(log, 10_000);
        log.advanceStart(log.end().offset());
        assertThat(free()).as("after all records were deleted").isEqualTo(empty);
        fill(log, 10_000);
        log.close();
        store.open(ORDERS, LogSettings.DEFAULTS)
                .putSidecar(SidecarKind.PRODUCER_STATE, 5, ByteBuffer.allocate(2_000));
        store.delete(ORDERS);
        assertThat(free()).as("after the log was deleted").isEqualTo(empty);
    }

    @Test
    void sidecarsAreNeverRefusedButCount() {
        fill(log, 10_000);
        log.putSidecar(SidecarKind.PRODUCER_STATE, 10, ByteBuffer.allocate(200_000));
        assertThat(free()).isZero();
        log.putSidecar(SidecarKind.PRODUCER_STATE, 10, ByteBuffer.allocate(10));
        log.putSidecar(SidecarKind.PRODUCER_STATE, 20, ByteBuffer.allocate(10));
        log.trimSidecars(SidecarKind.PRODUCER_STATE, 30);
        log.advanceStart(log.end().offset());
        assertThat(free()).isEqualTo(MOST - 10);
    }

    @Test
    void retentionFindsSomethingToLetGoAlthoughASegmentMayHaveAGibibyte() {
        fill(log, 10_000);
        long keep = log.retainedFrom(new RetentionLimits(MOST / 2, -1, 0, log.end().offset()));
        assertThat(keep).isPositive();
        log.advanceStart(keep);

        assertThat(log.sizeInBytes()).isBetween(MOST / 2, MOST / 2 + MOST / 16);
        append(log, 10_000);
    }

    @Test
    void aLogIsReopenedButNotTwiceNorUnderAnotherTopicId() {
        append(log, 100);
        assertThatThrownBy(() -> store.open(ORDERS, LogSettings.DEFAULTS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("open already");
        LogId again = new LogId(new TopicId(new UUID(1, 4711)), ORDERS.partition());
        assertThatThrownBy(() -> store.open(again, LogSettings.DEFAULTS))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("delete that log first");
        log.close();
        assertThatThrownBy(() -> append(log, 1))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("orders-0")
                .hasMessageContaining("is closed");
        assertThat(store.open(ORDERS, LogSettings.DEFAULTS).bounds())
                .isEqualTo(new LogBounds(0, 10));
    }

    @Test
    void theStartMovesBesideTheWriter() throws Exception {
        AtomicBoolean writing = new AtomicBoolean(true);
        FutureTask<Long> remover =
                new FutureTask<>(() -> {
                    long moves = 0;
                    while (writing.get()) {
                        log.advanceStart(log.end().offset());
                        moves++;
                    }
                    return moves;
                });
        Thread.ofPlatform().daemon().start(remover);
        for (int i = 0; i < 20_000; i++) {
            append(log, 10);
            assertThat(log.end().offset()).isEqualTo(10L * (i + 1));
        }
        writing.set(false);
        remover.get();
        log.advanceStart(log.end().offset());
        assertThat(log.sizeInBytes()).isZero();
        assertThat(free()).isEqualTo(MOST);
    }
}
