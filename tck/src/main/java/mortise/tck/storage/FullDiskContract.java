package mortise.tck.storage;

import static mortise.spi.storage.StorageException.Reach.CALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import mortise.spi.Capability;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/** What a store on a disk does when the disk is full or fails. */
public interface FullDiskContract extends StorageUnderTest {
    /** A full disk refuses appends, changes nothing, and everything goes on when there is room. */
    @Test
    default void aFullDiskRefusesAppendsAndRecovers() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(12);
            SimDisk disk = writtenDisk(log);
            for (int round = 0; round < 3; round++) {
                disk.limit(disk.usedBytes() + 20_000);
                StorageException refused = fillUntilRefused(log);
                assertThat(refused.reach())
                        .as("reach of '%s'", refused.getMessage())
                        .isEqualTo(CALL);
                log.check();
                assertThatExceptionOfType(StorageException.class)
                        .as("an append to a full disk")
                        .isThrownBy(() -> log.log().append(set(log.next(5, 60_000))));
                log.check();
                disk.limit(Long.MAX_VALUE / 2);
                log.fill(12);
                log.check();
            }
            assertThat(log.log().sync().offset())
                    .as(
                            "what sync() returns once the disk has room again, compared with the end of the log")
                    .isEqualTo(log.expected().endHigh());
            log.reopenLog();
            log.check();
        }
    }

    /** Appends, rolling as needed, until the store says that it cannot. */
    private static StorageException fillUntilRefused(LogUnderTest log) {
        for (int i = 0; i < 10_000; i++) {
            SampleBatch batch = log.next(5, 900);
            try {
                log.log().rollIfNeeded(batch.sizeInBytes(), batch.maxTimestamp(), log.now());
                log.append(batch);
            } catch (StorageException full) {
                return full;
            }
        }
        throw new AssertionError("the disk is full, and 10,000 appends went well");
    }

    /** Sidecars that find no room wait for a sync that does; the log is durable without them. */
    @Test
    default void aFullDiskDelaysSidecarsAndHarmsNothing() {
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(12);
            SimDisk disk = writtenDisk(log);
            String content = "0123456789".repeat(1_000);
            log.putSidecar(SidecarKind.PRODUCER_STATE, 120, content);
            disk.limit(disk.usedBytes());
            try {
                log.log().sync();
            } catch (StorageException full) {
                assertThat(full.reach()).as("reach of '%s'", full.getMessage()).isEqualTo(CALL);
            }
            assertThat(log.log().durableEnd().offset())
                    .as("the durable end of a log whose sidecar did not fit on the disk")
                    .isEqualTo(120);
            log.check();
            disk.limit(Long.MAX_VALUE / 2);
            log.fill(12);
            assertThat(log.log().sync().offset())
                    .as("what sync() returns once the disk has room again")
                    .isEqualTo(240);
            log.reopenLog();
            log.check();
            assertThat(log.sidecar(SidecarKind.PRODUCER_STATE, 240))
                    .as("the sidecar that was put before the disk was full")
                    .isEqualTo("120:" + content);
        }
    }

    /** Writes that take only some of the bytes at a time do not show. */
    @Test
    default void shortWritesDoNotShow() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(1);
            writtenDisk(log).shortWrites(true);
            log.fill(30);
            log.check();
            log.reopenLog();
            log.check();
        }
    }

    /** After a failed write the log is as it was, or failed for good; nothing half is visible. */
    @Test
    default void aFailedWriteLeavesNothingHalfVisible() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(5);
            SimDisk disk = writtenDisk(log);
            Reach reach;
            try (Fault fault =
                    disk.failWrites(path -> true, new IOException("Input/output error"))) {
                StorageException failed = refusal(log);
                reach = failed.reach();
                assertThat(fault.met()).as("writes that failed").isPositive();
            }
            if (reach == CALL) {
                log.check();
                log.fill(20);
                log.check();
            } else {
                assertThatExceptionOfType(StorageException.class)
                        .as("a log that failed for good")
                        .isThrownBy(() -> log.log().append(set(log.next(1, 10))));
            }
        }
    }

    private static StorageException refusal(LogUnderTest log) {
        try {
            log.log().append(set(log.next(5, 500)));
        } catch (StorageException failed) {
            return failed;
        }
        throw new AssertionError("an append went well while every write failed");
    }

    private static SampleBatchSet set(SampleBatch batch) {
        return SampleBatchSet.of(List.of(batch));
    }

    /** The disk that the store writes to; the test is skipped if it writes to none. */
    private static SimDisk writtenDisk(LogUnderTest log) {
        Optional<SimDisk> disk = log.context().disk().filter(used -> used.writes() > 0);
        assumeTrue(disk.isPresent(), "the store does not write to the simulated disk");
        return disk.orElseThrow();
    }
}
