package mortise.tck.storage;

import static mortise.spi.storage.StorageException.Reach.CALL;
import static mortise.spi.storage.StorageException.Reach.DIRECTORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What goes wrong with one log, one read or one call, and goes no further. */
public interface FailureContract extends StorageUnderTest {
    /** A log that is deleted while it is synced harms no other, and its sync ends by itself. */
    @Test
    default void aDeletionBesideASyncHarmsNoOther() throws Exception {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(3);
            Optional<SimDisk> disk = log.context().disk().filter(used -> used.writes() > 0);
            DiskOperation[] held = {DiskOperation.FORCE, DiskOperation.OPEN};
            for (int round = 0; round < 12; round++) {
                DiskOperation operation = held[round % held.length];
                LogId id = LogUnderTest.id("payments", 0, 100 + round);
                PartitionLog doomed = log.store().open(id, smallSegments());
                append(doomed, log.now(), 1 + round % 4 * 10);
                FutureTask<@Nullable StorageException> sync =
                        new FutureTask<>(() -> refusal(doomed::sync));
                FutureTask<@Nullable Void> deletion =
                        new FutureTask<>(() -> {
                            log.store().delete(id);
                            return null;
                        });
                Optional<Fault> hold =
                        disk.map(frozen -> frozen.freeze(EnumSet.of(operation), path -> true));
                Thread syncing = Thread.ofPlatform().daemon().start(sync);
                while (hold.isPresent() && hold.get().met() == 0 && syncing.isAlive()) {
                    Thread.onSpinWait();
                }
                Thread deleting = Thread.ofPlatform().daemon().start(deletion);
                while (hold.isPresent() && runs(deleting)) {
                    Thread.onSpinWait();
                }
                hold.ifPresent(Fault::heal);
                deletion.get();
                isOfOneLog("a sync beside the deletion of its log", sync.get());
                isWell(log);
                assertThat(log.store().stored())
                        .as("the logs of a store after another was deleted beside a sync")
                        .containsExactly(log.id());
            }
        }
    }

    private static boolean runs(Thread thread) {
        return thread.getState() == Thread.State.RUNNABLE || thread.getState() == Thread.State.NEW;
    }

    /** Whoever takes a log's files away harms that log only. */
    @Test
    default void filesThatAreTakenAwayFailTheirLogAlone() throws IOException {
        for (boolean sealed : new boolean[] {false, true}) {
            try (LogUnderTest log = LogUnderTest.open(this)) {
                log.fill(30);
                SimDisk disk = writtenDisk(log);
                Set<Path> before = files(disk.root());
                LogId id = LogUnderTest.id("payments", 0, 7);
                PartitionLog victim = log.store().open(id, smallSegments());
                append(victim, log.now(), 30);
                if (sealed) {
                    victim.sync();
                    victim.close();
                    victim = log.store().open(id, smallSegments());
                }
                for (Path file :
                        files(disk.root()).stream().sorted(Comparator.reverseOrder()).toList()) {
                    if (!before.contains(file)) {
                        Files.delete(file);
                    }
                }
                everythingStaysWithin(victim, log.now());
                isOfOneLog("closing", refusal(victim::close));
                isWell(log);
                isOfOneLog("deleting", refusal(() -> log.store().delete(id)));
                isWell(log);
            }
        }
    }

    private static void everythingStaysWithin(PartitionLog victim, long now) {
        isOfOneLog("appending", refusal(() -> append(victim, now, 12)));
        isOfOneLog("syncing", refusal(victim::sync));
        isOfOneLog(
                "storing a sidecar",
                refusal(() -> {
                    victim.putSidecar(SidecarKind.PRODUCER_STATE, 300, ByteBuffer.allocate(9));
                    victim.sync();
                }));
        for (long offset = 0; offset < 300; offset += 10) {
            isOfOneLog("reading", readRefusal(victim, offset));
        }
        isOfOneLog("looking", refusal(() -> victim.offsetAtOrAfter(now)));
        isOfOneLog(
                "retaining",
                refusal(() -> victim.retainedFrom(new RetentionLimits(1, -1, now, 300))));
        isOfOneLog("moving the start", refusal(() -> victim.advanceStart(150)));
        isOfOneLog("truncating", refusal(() -> victim.truncateTo(200)));
        isOfOneLog("resetting", refusal(() -> victim.reset(10)));
    }

    /** Damaged bytes refuse the reads that meet them; appends, syncs and other reads go on. */
    @Test
    default void damagedDataRefusesItsOwnReadsOnly() throws IOException {
        // the high bytes of offset and length, and the magic
        for (int at : new int[] {0, 8, 16}) {
            try (LogUnderTest log = LogUnderTest.open(this)) {
                List<Long> segments = log.fill(60);
                SimDisk disk = writtenDisk(log);
                List<SampleBatch> batches = log.expected().batches();
                SampleBatch victim = batches.get(3);
                rot(disk, victim, at);
                long beyond =
                        segments.stream()
                                .filter(base -> base > victim.lastOffset())
                                .findFirst()
                                .orElse(Long.MAX_VALUE); // of a store without segments
                for (SampleBatch batch : batches) {
                    StorageException refused = readRefusal(log.log(), batch.baseOffset());
                    if (batch.lastOffset() < victim.baseOffset() || batch.baseOffset() >= beyond) {
                        assertThat(refused).as("reading %s beside %s", batch, victim).isNull();
                        assertThat(read(log.log(), batch.baseOffset()))
                                .as("batch %s, read while another is damaged", batch)
                                .isEqualTo(batch.content());
                    } else if (refused != null) {
                        isOfOneCall("reading damaged data", refused);
                    }
                }
                isOfOneCall("looking", refusal(() -> log.log().position(victim.baseOffset())));
                isOfOneCall("looking", refusal(() -> log.log().offsetAtOrAfter(log.now())));
                isOfOneCall("looking", refusal(() -> log.log().largestTimestamp()));
                isWell(log);
            }
        }
    }

    /** Turns a bit over in every copy of a batch. */
    private static void rot(SimDisk disk, SampleBatch batch, int at) throws IOException {
        int rotten = 0;
        byte[] wanted = new byte[batch.sizeInBytes()];
        batch.content().get(wanted);
        for (Path file : files(disk.root())) {
            int found = Files.isRegularFile(file) ? indexOf(Files.readAllBytes(file), wanted) : -1;
            if (found >= 0) {
                disk.flipBit(file, found + at, 6);
                rotten++;
            }
        }
        assumeTrue(rotten > 0, "the store does not keep batches as they are");
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (bytes[i] == wanted[0]
                    && Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    /** A disk that does not give some bytes refuses the reads of them. */
    @Test
    default void unreadableDataRefusesReadsOnly() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(60);
            log.reopenLog();
            SimDisk disk = writtenDisk(log);
            try (Fault _ = disk.failReads(path -> true, new IOException("Input/output error"))) {
                for (SampleBatch batch : log.expected().batches()) {
                    isOfOneCall("reading", readRefusal(log.log(), batch.baseOffset()));
                }
                isOfOneCall("looking", refusal(() -> log.log().offsetAtOrAfter(log.now())));
            }
            isWell(log);
        }
    }

    /** What the system is short of for a while refuses calls, and harms nothing. */
    @Test
    default void whatAPassingShortageRefusesGoesWellLater() {
        List<String> shortages =
                List.of(
                        "Too many open files",
                        "Too many open files in system",
                        "Cannot allocate memory",
                        "Interrupted system call",
                        "Resource temporarily unavailable",
                        "Disk quota exceeded");
        List<Set<DiskOperation>> operations =
                List.of(
                        EnumSet.of(DiskOperation.OPEN, DiskOperation.CREATE),
                        EnumSet.of(DiskOperation.WRITE),
                        EnumSet.of(DiskOperation.READ));
        for (String shortage : shortages) {
            for (Set<DiskOperation> operation : operations) {
                try (LogUnderTest log = LogUnderTest.open(this)) {
                    log.fill(30);
                    log.reopenLog();
                    // the active segment's file is open, the others' are not
                    log.fill(1);
                    SimDisk disk = writtenDisk(log);
                    try (Fault _ = disk.fail(operation, path -> true, new IOException(shortage))) {
                        isShortOf(shortage, log);
                    }
                    isWell(log);
                    log.reopenLog();
                    log.check();
                }
            }
        }
    }

    private void isShortOf(String shortage, LogUnderTest log) {
        PartitionLog partition = log.log();
        for (SampleBatch batch : log.expected().batches()) {
            isOfOneCall(shortage + ": reading", readRefusal(partition, batch.baseOffset()));
        }
        for (int i = 0; i < 12; i++) {
            SampleBatch batch = log.next(10, 1_000);
            StorageException refused = refusal(() -> log.rollAndAppend(batch));
            isOfOneCall(shortage + ": appending", refused);
        }
        isOfOneCall(shortage + ": syncing", refusal(partition::sync));
        isOfOneCall(
                shortage + ": opening",
                refusal(() -> log.store().open(LogUnderTest.id("new", 0, 9), smallSegments())));
        isOfOneCall(
                shortage + ": looking",
                refusal(() -> partition.latestSidecar(SidecarKind.PRODUCER_STATE, 1_000)));
        StorageException stays = refusal(() -> partition.advanceStart(20));
        isOfOneCall(shortage + ": moving the start", stays);
        if (stays == null) {
            log.advanceStart(20);
        }
    }

    // what is looked at

    private static void append(PartitionLog log, long now, int batches) {
        for (int i = 0; i < batches; i++) {
            long base = log.bounds().endOffset();
            SampleBatch batch = SampleBatch.of(base, base + 9, now, 0, 1_000, 1);
            log.rollIfNeeded(batch.sizeInBytes(), now, now);
            log.append(SampleBatchSet.of(List.of(batch)));
        }
    }

    private static ByteBuffer read(PartitionLog log, long offset) {
        try (LogSlice slice = log.read(offset, log.end(), 1, true)) {
            return LogInspection.bytesOf(slice);
        }
    }

    private static @Nullable StorageException readRefusal(PartitionLog log, long offset) {
        return refusal(() -> read(log, offset));
    }

    private static @Nullable StorageException refusal(Runnable call) {
        try {
            call.run();
            return null;
        } catch (StorageException refused) {
            return refused;
        }
    }

    private static void isOfOneCall(String what, @Nullable StorageException refused) {
        if (refused != null) {
            assertThat(refused.reach())
                    .as("%s: reach of '%s'", what, refused.getMessage())
                    .isEqualTo(CALL);
        }
    }

    private static void isOfOneLog(String what, @Nullable StorageException refused) {
        if (refused != null) {
            assertThat(refused.reach())
                    .as("%s: reach of '%s'", what, refused.getMessage())
                    .isNotEqualTo(DIRECTORY);
        }
    }

    /** The log takes batches, syncs and gives what is new; no directory has failed. */
    private static void isWell(LogUnderTest log) {
        assertThat(log.store().directories().stream().map(LogDirectory::failure))
                .as("failures of directories")
                .containsOnly(Optional.empty());
        log.fill(2);
        LogPosition synced = log.log().sync();
        assertThat(synced.offset())
                .as(
                        "what sync() returns after the fault has passed, compared with the end of the log")
                .isEqualTo(log.expected().endHigh());
        SampleBatch newest = log.expected().batches().getLast();
        assertThat(read(log.log(), newest.baseOffset()))
                .as("the newest batch, read after the fault has passed")
                .isEqualTo(newest.content());
    }

    private static Set<Path> files(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return new HashSet<>(walk.toList());
        }
    }

    /** The disk that the store writes to; the test is skipped if it writes to none. */
    private static SimDisk writtenDisk(LogUnderTest log) {
        Optional<SimDisk> disk = log.context().disk().filter(used -> used.writes() > 0);
        assumeTrue(disk.isPresent(), "the store does not write to the simulated disk");
        return disk.orElseThrow();
    }
}
