package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How far the failure of a call reaches: the call, its log, or the log directory. */
class OneLogFailsAloneTest {
    private static final LogId PAYMENTS = Broker.id("payments", 0);

    private final SimDisk disk = SimDisk.create(1);
    private final Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads());
    private final PartitionLog payments = broker.store().open(PAYMENTS, Broker.SMALL);
    private final Path logs = broker.directory().getParent();

    private static void append(PartitionLog log) {
        Batches batches = Batches.of(log.end().offset(), 2, 900, 1);
        log.rollIfNeeded(batches.sizeInBytes(), 1, 1);
        log.append(batches);
    }

    private static Reach reach(ThrowingCallable call) {
        return catchThrowableOfType(StorageException.class, call).reach();
    }

    private static Predicate<Path> in(String directory) {
        return path -> path.toString().contains("/" + directory);
    }

    private void ordersGoesOn() {
        assertThat(broker.log().directory().failure()).isEmpty();
        append(broker.log());
        assertThat(broker.log().sync()).isEqualTo(broker.log().end());
        assertThat(broker.read(broker.log().end().offset() - 1)).isNotEmpty();
    }

    @Test
    void aDirectoryThatSomebodyRemovedEndsItsLogAndSaysSo() throws IOException {
        append(payments);
        try (var files = Files.list(logs.resolve("payments-0"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(logs.resolve("payments-0"));

        assertThat(reach(payments::sync)).isEqualTo(Reach.LOG);
        assertThat(reach(() -> append(payments))).isEqualTo(Reach.LOG);
        ordersGoesOn();
        assertThat(broker.context().logger().lines())
                .filteredOn(line -> line.text().contains("payments-0"))
                .singleElement()
                .satisfies(line ->
                        assertThat(line.text())
                                .contains("out of use until the broker starts again"));
        broker.store().delete(PAYMENTS);
        append(broker.store().open(PAYMENTS, Broker.SMALL));
    }

    @Test
    void aDeletionBesideASyncIsNoEventForAnybody() throws Exception {
        for (DiskOperation held : List.of(DiskOperation.FORCE, DiskOperation.OPEN)) {
            LogId id = Broker.id("doomed-" + held, 0);
            PartitionLog doomed = broker.store().open(id, Broker.SMALL);
            for (int i = 0; i < 20; i++) {
                append(doomed);
            }
            FutureTask<LogPosition> sync = new FutureTask<>(doomed::sync);
            FutureTask<Boolean> deletion = new FutureTask<>(() -> broker.store().delete(id), true);
            try (Fault frozen = disk.freeze(EnumSet.of(held), path -> true)) {
                Thread.ofPlatform().daemon().start(sync);
                while (frozen.met() == 0) {
                    Thread.onSpinWait();
                }
                Thread deleting = Thread.ofPlatform().daemon().start(deletion);
                while (deleting.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            }
            assertThat(deletion.get()).isTrue();
            assertThat(sync.get().offset()).as("it was under way").isEqualTo(40);
            assertThat(doomed.sync().offset()).as("it came late").isEqualTo(40);
            assertThat(reach(() -> append(doomed))).isEqualTo(Reach.LOG);
            assertThat(broker.context().logger().lines()).isEmpty();
            ordersGoesOn();
        }
    }

    @Test
    void aLogDirectoryThatIsGoneFailsAll() throws IOException {
        append(payments);
        payments.sync();
        broker.log().sync();
        append(payments);
        removeAll(logs);
        assertThat(
                        reach(() -> {
                            for (int i = 0; i < 20; i++) {
                                append(payments); // until a new segment needs a file
                            }
                        }))
                .isEqualTo(Reach.DIRECTORY);
        assertThat(reach(() -> append(broker.log()))).isEqualTo(Reach.DIRECTORY);
    }

    private static void removeAll(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aForceThatFailsFailsTheDirectoryAndOneThatFoundNoFileHarmsNothing() {
        append(payments);
        payments.sync();
        append(payments);
        disk.fail(
                        EnumSet.of(DiskOperation.OPEN),
                        path -> true,
                        new IOException("Too many open files"))
                .close();
        payments.sync();
        append(payments);
        try (Fault _ = disk.failForces(in("payments-0"), new IOException("Input/output error"))) {
            assertThat(reach(payments::sync)).isEqualTo(Reach.DIRECTORY);
        }
        assertThat(reach(() -> append(broker.log()))).isEqualTo(Reach.DIRECTORY);
    }

    /** The bytes of that file may be lost, and nothing says that others are. */
    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Cannot allocate memory"})
    void aForceThatFoundNoRoomIsTheEndOfItsLog(String words) {
        append(payments);
        try (Fault _ = disk.failForces(in("payments-0"), new IOException(words))) {
            assertThat(reach(payments::sync)).isEqualTo(Reach.LOG);
        }
        assertThat(reach(payments::sync)).isEqualTo(Reach.LOG);
        ordersGoesOn();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Too many open files",
                "Cannot allocate memory",
                "Disk quota exceeded",
                "Interrupted system call",
                "Resource temporarily unavailable"
            })
    void aSyncThatCannotOpenAFileIsDoneByALaterOne(String words) {
        for (int i = 0; i < 20; i++) {
            append(payments);
        }
        Set<DiskOperation> opening = EnumSet.of(DiskOperation.OPEN, DiskOperation.CREATE);
        try (Fault fault = disk.fail(opening, path -> true, new IOException(words))) {
            assertThat(reach(payments::sync)).isEqualTo(Reach.CALL);
            assertThat(fault.met()).isPositive();
        }
        assertThat(payments.durableEnd().offset()).isZero();
        assertThat(payments.sync().offset()).isEqualTo(40);
        SimDisk after = disk.crash();
        Broker next = Broker.on(broker.context().restartedOn(after));
        assertThat(next.store().open(PAYMENTS, Broker.SMALL).end().offset())
                .as("what was synced, names included")
                .isEqualTo(40);
    }

    @Test
    void aLogThatCannotBeOpenedForNowIsOpenedLaterAsItWas() {
        for (int i = 0; i < 20; i++) {
            append(payments);
        }
        payments.close();
        try (Fault _ =
                disk.fail(
                        EnumSet.of(DiskOperation.OPEN),
                        in("payments-0"),
                        new IOException("Too many open files"))) {
            assertThat(reach(() -> broker.store().open(PAYMENTS, Broker.SMALL)))
                    .isEqualTo(Reach.CALL);
        }
        long forces = disk.forces();
        assertThat(broker.store().open(PAYMENTS, Broker.SMALL).end().offset()).isEqualTo(40);
        assertThat(disk.forces()).as("forces: it was closed cleanly").isEqualTo(forces);
    }

    @Test
    void aLogThatIsCreatedOnAFullDiskIsCreatedWhenThereIsRoom() {
        LogId late = Broker.id("late", 0);
        append(payments);
        disk.limit(disk.usedBytes());
        for (int i = 0; i < 3; i++) {
            assertThat(reach(() -> broker.store().open(late, Broker.SMALL))).isEqualTo(Reach.CALL);
        }
        disk.limit(Long.MAX_VALUE / 2);
        PartitionLog log = broker.store().open(late, Broker.SMALL);
        append(log);
        assertThat(log.sync().offset()).isEqualTo(2);
    }

    @Test
    void anAppendThatIsCutShortIsTakenBackThoughNoFileCanBeOpened() {
        append(payments);
        byte[] before = read(payments);
        try (Fault _ =
                        disk.fail(
                                EnumSet.of(DiskOperation.OPEN),
                                path -> true,
                                new IOException("Too many open files"));
                Fault _ =
                        disk.failWrites(in("payments-0"), new IOException("Disk quota exceeded"))) {
            assertThat(reach(() -> append(payments))).isEqualTo(Reach.CALL);
        }
        assertThat(read(payments)).isEqualTo(before);
        append(payments);
        assertThat(payments.sync().offset()).isEqualTo(4);
    }

    private static byte[] read(PartitionLog log) {
        try (var slice = log.read(0, log.end(), 1 << 20, true)) {
            return Broker.bytes(slice);
        }
    }

    @Test
    void readersCannotTakeTheFilesThatWritersNeed() {
        Broker few =
                Broker.on(
                        SimContext.on(SimDisk.create(2), 2).withInlineThreads(),
                        Broker.SMALL,
                        Map.of("storage.local.open-files", "16"));
        for (int i = 0; i < 200; i++) {
            append(few.log());
        }
        few.reopen(Broker.SMALL);
        List<LogSlice> held = new ArrayList<>();
        StorageException refused =
                catchThrowableOfType(
                        StorageException.class,
                        () -> {
                            for (long offset = 0; offset < 400; offset += 2) {
                                held.add(few.log().read(offset, few.log().end(), 1, true));
                            }
                        });
        assertThat(refused.reach()).isEqualTo(Reach.CALL);
        assertThat(refused).hasMessageContaining("storage.local.open-files");
        for (int i = 0; i < 20; i++) {
            append(few.log());
        }
        assertThat(few.log().sync()).isEqualTo(few.log().end());
        held.forEach(LogSlice::close);
        assertThat(few.read(390)).isNotEmpty();
    }
}
