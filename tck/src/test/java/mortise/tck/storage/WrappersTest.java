package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.Caller;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

class WrappersTest {
    private final LogStore store =
            JournalStore.with()
                    .create(
                            Config.defaults(ConfigSchema.empty()),
                            SimContext.on(SimDisk.create(1), 1));

    @Test
    void aFaultyStoreFailsTheCallThatItIsToldTo() {
        FaultyLogStore faulty = FaultyLogStore.over(store);
        PartitionLog log = open(faulty);
        faulty.fail(StorageCall.APPEND, 2, WrappersTest::failure);

        append(log);
        assertThatThrownBy(() -> append(log)).hasMessage("told to");
        append(log);
        assertThat(faulty.calls(StorageCall.APPEND)).isEqualTo(3);
        assertThat(log.bounds().endOffset()).isEqualTo(2);
    }

    @Test
    void aFaultyStoreFailsAfterwards() {
        FaultyLogStore faulty = FaultyLogStore.over(store);
        PartitionLog log = open(faulty);
        faulty.failAfterwards(StorageCall.APPEND, 1, WrappersTest::failure);

        assertThatThrownBy(() -> append(log)).hasMessage("told to");
        assertThat(log.bounds().endOffset()).isOne();
    }

    @Test
    void aFaultyStoreHoldsACallUntilItsGateOpens() throws Exception {
        FaultyLogStore faulty = FaultyLogStore.over(store);
        PartitionLog log = open(faulty);
        FaultyLogStore.Gate gate = faulty.hold(StorageCall.SYNC, 1);
        CompletableFuture<Long> synced =
                CompletableFuture.supplyAsync(
                        () -> log.sync().offset(), action -> Thread.ofVirtual().start(action));
        gate.awaitArrival();

        append(log);
        assertThat(synced).isNotDone();
        gate.open();
        assertThat(synced.get()).isOne();
    }

    @Test
    void theWrongThreadIsNoted() {
        ThreadCheckingLogStore checking = ThreadCheckingLogStore.over(store);
        PartitionLog log = CallerScope.get(Caller.VIRTUAL, () -> open(checking));

        CallerScope.run(Caller.WRITER, () -> append(log));
        CallerScope.run(Caller.FLUSHER, log::sync);
        assertThat(CallerScope.get(Caller.EVENT_LOOP, log::bounds).endOffset()).isOne();
        assertThat(checking.violations()).isEmpty();

        assertThatThrownBy(() -> CallerScope.run(Caller.EVENT_LOOP, log::sync))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("PartitionLog.sync");
        assertThatThrownBy(() -> CallerScope.run(Caller.VIRTUAL, () -> append(log)))
                .isInstanceOf(AssertionError.class);
        assertThat(checking.violations()).hasSize(2);
    }

    @Test
    void threadsAreKnownByTheirNames() throws Exception {
        ThreadCheckingLogStore checking = ThreadCheckingLogStore.over(store);
        PartitionLog log = open(checking);

        on("net-1", () -> append(log));
        on("drain-0", () -> append(log));
        on("flush-data-0", log::sync);
        assertThatThrownBy(() -> on("flush-data-0", () -> append(log)))
                .hasCauseInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> on("net-2", log::sync)).hasCauseInstanceOf(AssertionError.class);
    }

    private static void on(String threadName, Runnable action) throws Exception {
        try {
            CompletableFuture.runAsync(
                            action, run -> Thread.ofPlatform().name(threadName).start(run))
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Test
    void twoWritersAtOnceAreNoted() throws Exception {
        FaultyLogStore faulty = FaultyLogStore.over(store);
        ThreadCheckingLogStore checking = ThreadCheckingLogStore.over(faulty);
        PartitionLog log = open(checking);
        FaultyLogStore.Gate gate = faulty.hold(StorageCall.APPEND, 1);
        CompletableFuture<Void> first =
                CompletableFuture.runAsync(
                        () -> append(log),
                        action -> Thread.ofPlatform().name("drain-0").start(action));
        gate.awaitArrival();

        assertThatThrownBy(() -> log.truncateTo(0))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("was inside");
        gate.open();
        first.get();
        append(log);
    }

    @Test
    void theStartMovesBesideTheWriterAndBesideNoOtherChange() throws Exception {
        FaultyLogStore faulty = FaultyLogStore.over(store);
        ThreadCheckingLogStore checking = ThreadCheckingLogStore.over(faulty);
        PartitionLog log = open(checking);
        append(log);
        append(log);
        FaultyLogStore.Gate gate = faulty.hold(StorageCall.ADVANCE_START, 1);
        CompletableFuture<Void> moving =
                CompletableFuture.runAsync(
                        () -> log.advanceStart(1), action -> Thread.ofVirtual().start(action));
        gate.awaitArrival();

        append(log);
        assertThat(checking.violations()).isEmpty();
        for (Runnable change :
                List.<Runnable>of(
                        () -> log.advanceStart(2),
                        () -> log.truncateTo(2),
                        () -> log.reset(5),
                        log::close)) {
            assertThatThrownBy(change::run)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("was inside");
        }
        gate.open();
        moving.get();
    }

    @Test
    void useAfterCloseIsNoted() {
        ThreadCheckingLogStore checking = ThreadCheckingLogStore.over(store);
        PartitionLog log = open(checking);
        append(log);
        LogSlice slice = log.read(0, log.end(), 100, true);
        assertThat(checking.openSlices()).isOne();
        slice.close();
        slice.close();
        assertThat(checking.openSlices()).isZero();
        assertThatThrownBy(slice::sizeInBytes).isInstanceOf(AssertionError.class);
        log.close();
        assertThatThrownBy(log::end).isInstanceOf(AssertionError.class);
    }

    private static PartitionLog open(LogStore from) {
        return from.open(LogUnderTest.id("orders", 0, 1), LogSettings.DEFAULTS);
    }

    private static void append(PartitionLog log) {
        log.append(SampleBatchSet.of(List.of(SampleBatch.of(log.bounds().endOffset(), 1, 10, 1))));
    }

    private static StorageException failure() {
        return new StorageException(StorageException.Reach.CALL, "told to");
    }
}
