package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import mortise.spi.Capability;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.tck.sim.Fault;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/**
 * What a store that declares {@link Capability#DURABLE} holds after a crash: at least everything
 * synced, and beyond it a prefix of what was done since; never anything else.
 *
 * <p>In the words of {@link mortise.spi.storage.PartitionLog}: a state in which the log was at or
 * after the last sync, where an append is a step per batch, a truncation may be partly undone from
 * its end, {@code advanceStart} cannot be undone once it returned, and a clean close is a sync. A
 * sidecar is found whole, never beyond the log's end, and never one that belongs to a part of the
 * log that was cut away; one that was synced is found.
 */
public interface StorageCrashContract extends StorageUnderTest {
    /** The store says that it is durable. */
    @Test
    default void theStoreDeclaresThatItIsDurable() {
        assertThat(provider().capabilities())
                .as("the capabilities of a store that this kit of crashes is applied to")
                .contains(Capability.DURABLE);
    }

    /** Crashes between changes and in the middle of them, four in each run. */
    @Seeded(runs = 500)
    default void syncedBatchesSurviveACrashAndNothingElseAppears(long seed) {
        StorageCrashRun.run(provider(), settings(), seed);
    }

    /** A sync that failed has promised nothing, and no later one may say more than is true. */
    @Seeded(runs = 30)
    default void aSyncThatFailedPromisesNothing(long seed) {
        SimDisk disk = SimDisk.create(seed);
        SimContext context = SimContext.on(disk, seed);
        LogStore store = LogUnderTest.start(this, context);
        PartitionLog log = store.open(LogUnderTest.id("orders", 0, 1), smallSegments());
        log.append(batch(0));
        log.sync();
        log.append(batch(10));
        long promised = log.durableEnd().offset();
        try (Fault fault = disk.failForces(path -> true, new IOException("Input/output error"))) {
            try {
                promised = log.sync().offset();
            } catch (StorageException failed) {
                assertThat(fault.met()).as("forces that failed").isPositive();
            }
        }
        promised = Math.max(promised, syncAgain(log));
        promised = Math.max(promised, log.durableEnd().offset());
        SimDisk survivors = disk.crash();
        closeQuietly(store);
        try (LogStore after = LogUnderTest.start(this, context.restartedOn(survivors))) {
            PartitionLog recovered = after.open(LogUnderTest.id("orders", 0, 1), smallSegments());
            assertThat(recovered.bounds().endOffset())
                    .as("end after the crash; the store had said that %s was durable", promised)
                    .isGreaterThanOrEqualTo(promised);
        }
    }

    /** A deleted log does not come back, and leaves nothing to a log of the same name. */
    @Seeded(runs = 50)
    default void aDeletedLogStaysDeletedAndItsNameBeginsAnew(long seed) {
        SimDisk disk = SimDisk.create(seed);
        SimContext context = SimContext.on(disk, seed).withInlineThreads();
        LogStore store = LogUnderTest.start(this, context);
        LogId old = LogUnderTest.id("orders", 0, 1);
        PartitionLog log = store.open(old, smallSegments());
        log.append(batch(0));
        log.append(batch(10));
        log.sync();
        log.advanceStart(15);
        log.close();
        store.delete(old);
        if (seed % 2 == 0) {
            SimDisk survivors = disk.crash();
            closeQuietly(store);
            try (LogStore after = LogUnderTest.start(this, context.restartedOn(survivors))) {
                assertThat(after.stored())
                        .as(
                                "what stored() tells after a crash that followed the deletion of the only log")
                        .isEmpty();
            }
            return;
        }
        LogId created = LogUnderTest.id("orders", 0, 2);
        PartitionLog again = store.open(created, smallSegments());
        SampleBatch kept = SampleBatch.of(0, 4, 1, 0, 500, 2);
        again.append(SampleBatchSet.of(List.of(kept)));
        again.sync();
        SimDisk survivors = disk.crash();
        closeQuietly(store);
        try (LogStore after = LogUnderTest.start(this, context.restartedOn(survivors))) {
            assertThat(after.stored())
                    .as(
                            "what stored() tells after a crash that followed a deletion and a creation of the same name")
                    .containsExactly(created);
            LogInspection.compare(
                    after.open(created, smallSegments()), LogState.EMPTY.append(kept));
        }
    }

    private static long syncAgain(PartitionLog log) {
        try {
            log.append(batch(20));
            LogPosition synced = log.sync();
            return synced.offset();
        } catch (StorageException failedForGood) {
            return 0;
        }
    }

    private static void closeQuietly(LogStore store) {
        try {
            store.close();
        } catch (StorageException dead) {
            // its disk is
        }
    }

    private static SampleBatchSet batch(long base) {
        return SampleBatchSet.of(List.of(SampleBatch.of(base, base + 9, base, 0, 5_000, 1)));
    }
}
