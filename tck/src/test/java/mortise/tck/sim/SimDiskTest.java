package mortise.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SimDiskTest {
    private final SimDisk disk = SimDisk.create(1);
    private final Path file = disk.root().resolve("file");

    @Test
    void aFileIsReadAsItWasWritten() throws IOException {
        Files.writeString(file, "hello");

        assertThat(Files.readString(file)).isEqualTo("hello");
        assertThat(Files.size(file)).isEqualTo(5);
    }

    @Test
    void forcedBytesUnderASyncedNameSurviveEveryCrash() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            SimDisk before = SimDisk.create(seed);
            Path path = before.root().resolve("f");
            write(path, "durable", true);
            syncDirectory(before.root());

            SimDisk after = before.crash();

            assertThat(Files.readString(after.root().resolve("f"))).isEqualTo("durable");
        }
    }

    @Test
    void unforcedBytesSurviveWhollyPartlyOrNotAtAll() throws IOException {
        Set<Integer> sizes = new HashSet<>();
        boolean zeros = false;
        for (int seed = 0; seed < 200; seed++) {
            SimDisk before = SimDisk.create(seed);
            Path path = before.root().resolve("f");
            write(path, "x".repeat(20_000), false);
            syncDirectory(before.root());

            byte[] survivor = Files.readAllBytes(before.crash().root().resolve("f"));

            sizes.add(survivor.length);
            for (byte b : survivor) {
                zeros |= b == 0;
                assertThat(b).isIn((byte) 0, (byte) 'x');
            }
        }
        assertThat(sizes).contains(0, 20_000).hasSizeGreaterThan(10);
        assertThat(zeros).as("a size that survived without its bytes").isTrue();
    }

    @Test
    void aKilledProcessLeavesEverythingAndNoMoreOfItSyncedThanBefore() throws IOException {
        Set<Boolean> outcomes = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            SimDisk before = SimDisk.create(seed);
            Path path = before.root().resolve("f");
            write(path, "written", false);

            SimDisk next = before.kill();

            assertThatThrownBy(() -> Files.readString(path)).isInstanceOf(IOException.class);
            assertThat(Files.readString(next.root().resolve("f"))).isEqualTo("written");
            outcomes.add(Files.exists(next.crash().root().resolve("f")));
        }
        assertThat(outcomes).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void theBootIsTheSameAfterAKillAndAnotherAfterACrash() throws IOException {
        String first = bootId(disk);
        SimDisk killed = disk.kill();
        assertThat(bootId(killed)).isEqualTo(first).matches("[0-9a-f-]{36}\n");
        SimDisk crashed = killed.crash();
        assertThat(bootId(crashed)).isNotEqualTo(first).matches("[0-9a-f-]{36}\n");
        try (var names = Files.list(crashed.root())) {
            assertThat(names).isEmpty();
        }
    }

    private static String bootId(SimDisk of) throws IOException {
        return Files.readString(of.root().resolve("proc/sys/kernel/random/boot_id"));
    }

    @Test
    void aForcedFileIsLostWithItsNameUnlessTheDirectoryIsForced() throws IOException {
        Set<Boolean> outcomes = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            SimDisk before = SimDisk.create(seed);
            write(before.root().resolve("f"), "forced", true);

            outcomes.add(Files.exists(before.crash().root().resolve("f")));
        }
        assertThat(outcomes).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void anAtomicMoveIsSeenWholeOrNotAtAll() throws IOException {
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            SimDisk before = SimDisk.create(seed);
            Path target = before.root().resolve("target");
            Path temporary = before.root().resolve("temporary");
            write(target, "old", true);
            syncDirectory(before.root());
            write(temporary, "new", true);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);

            outcomes.add(Files.readString(before.crash().root().resolve("target")));
        }
        assertThat(outcomes).containsExactlyInAnyOrder("old", "new");
    }

    @Test
    void aMoveWithoutForcingTheBytesMayLeaveAnEmptyFile() throws IOException {
        Set<Long> sizes = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            SimDisk before = SimDisk.create(seed);
            Path temporary = before.root().resolve("temporary");
            write(temporary, "new", false);
            Files.move(temporary, before.root().resolve("target"));
            syncDirectory(before.root());

            sizes.add(Files.size(before.crash().root().resolve("target")));
        }
        assertThat(sizes).contains(0L, 3L);
    }

    @Test
    void anUnsyncedTruncationMayBeUndone() throws IOException {
        Set<String> outcomes = new HashSet<>();
        for (int seed = 0; seed < 80; seed++) {
            SimDisk before = SimDisk.create(seed);
            Path path = before.root().resolve("f");
            write(path, "0123456789", true);
            syncDirectory(before.root());
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(4);
            }

            outcomes.add(Files.readString(before.crash().root().resolve("f")));
        }
        // the cut page may have been written back before the size was
        assertThat(outcomes)
                .contains("0123456789", "0123")
                .isSubsetOf("0123456789", "0123", "0123\0\0\0\0\0\0");
    }

    @Test
    void afterACrashTheOldDiskIsDead() throws IOException {
        write(file, "x", true);
        try (FileChannel channel = FileChannel.open(file)) {
            disk.crash();

            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
                    .isInstanceOf(PowerLostException.class);
            assertThatThrownBy(() -> Files.size(file)).isInstanceOf(PowerLostException.class);
            assertThat(disk.lostPower()).isTrue();
            assertThatThrownBy(disk::crash).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void thePowerFailsAtTheNthChange() throws IOException {
        disk.cutPowerAfter(2);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[10]));

            assertThatThrownBy(() -> channel.force(true)).isInstanceOf(PowerLostException.class);
        }
        assertThat(disk.lostPower()).isTrue();
        assertThat(disk.crash().lostPower()).isFalse();
    }

    @Test
    void theSameSeedLeavesTheSame() throws IOException {
        assertThat(survivorOf(7)).isEqualTo(survivorOf(7));
        assertThat(Arrays.hashCode(survivorOf(7))).isNotEqualTo(Arrays.hashCode(survivorOf(8)));
    }

    private static byte[] survivorOf(long seed) throws IOException {
        SimDisk before = SimDisk.create(3);
        Path path = before.root().resolve("f");
        byte[] bytes = new byte[40_000];
        new SplittableRandom(1).nextBytes(bytes);
        Files.write(path, bytes);
        syncDirectory(before.root());
        return Files.readAllBytes(before.crash(new SplittableRandom(seed)).root().resolve("f"));
    }

    @Test
    void aFullVolumeTakesWhatFitsThenRefusesAndRecovers() throws IOException {
        disk.limit(3 * 4_096);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(channel.write(ByteBuffer.allocate(20_000))).isEqualTo(3 * 4_096);
            assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left on device");
            assertThat(Files.getFileStore(file).getUsableSpace()).isZero();
            assertThat(channel.write(ByteBuffer.allocate(100), 0)).isEqualTo(100);

            disk.limit(4 * 4_096);
            assertThat(channel.write(ByteBuffer.allocate(1))).isOne();
        }
        Files.delete(file);
        assertThat(disk.usableBytes()).isEqualTo(4 * 4_096);
    }

    @Test
    void aDeletedFileIsReadableAndTakesSpaceUntilItsLastChannelCloses() throws IOException {
        disk.limit(8_192);
        Files.writeString(file, "still here");
        try (FileChannel channel = FileChannel.open(file)) {
            Files.delete(file);

            ByteBuffer target = ByteBuffer.allocate(10);
            assertThat(channel.read(target, 0)).isEqualTo(10);
            assertThat(disk.usableBytes()).isEqualTo(4_096);
        }
        assertThat(disk.usableBytes()).isEqualTo(8_192);
    }

    @Test
    void faultsHitTheOperationsAndPathsThatTheyNameUntilHealed() throws IOException {
        Fault fault =
                disk.failWrites(path -> path.endsWith("file"), new IOException("Input/output"));

        assertThatThrownBy(() -> Files.writeString(file, "x")).hasMessage("Input/output");
        Files.writeString(disk.root().resolve("other"), "x");
        assertThat(fault.met()).isOne();
        fault.heal();
        Files.writeString(file, "x");
    }

    @Test
    void afterAFailedForceALaterOneDoesNotBringTheBytesBack() throws IOException {
        SimDisk before = SimDisk.create(5);
        Path path = before.root().resolve("f");
        write(path, "", true);
        syncDirectory(before.root());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            try (Fault fault = before.failForces(any -> true, new IOException("EIO"))) {
                assertThatThrownBy(() -> channel.force(true)).hasMessage("EIO");
                assertThat(fault.met()).isOne();
            }
            channel.force(true);
        }
        assertThat(Files.readAllBytes(path)).containsExactly(1, 2, 3);
        assertThat(Files.readAllBytes(before.crash().root().resolve("f"))).doesNotContain(1, 2, 3);
    }

    @Test
    void ignoredForcesCountAndPromiseNothing() throws IOException {
        disk.ignoreForces(path -> true);
        write(file, "x", true);

        assertThat(disk.forces(file)).isOne();
        boolean lost = false;
        for (int seed = 0; seed < 20; seed++) {
            SimDisk lying = SimDisk.create(seed);
            lying.ignoreForces(path -> true);
            write(lying.root().resolve("f"), "x", true);
            syncDirectory(lying.root());
            Path survivor = lying.crash().root().resolve("f");
            lost |= !Files.exists(survivor) || Files.size(survivor) == 0;
        }
        assertThat(lost).isTrue();
    }

    @Test
    void writesAndForcesAreCountedPerFile() throws IOException {
        write(file, "abc", true);

        assertThat(disk.writes(file)).isOne();
        assertThat(disk.bytesWritten(file)).isEqualTo(3);
        assertThat(disk.forces(file)).isOne();
        assertThat(disk.writes()).isOne();
        assertThat(disk.forces()).isOne();
    }

    @Test
    void shortWritesTakeSomeOfTheBytes() throws IOException {
        disk.shortWrites(true);
        boolean shorter = false;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < 20; i++) {
                int count = channel.write(ByteBuffer.allocate(100));
                assertThat(count).isBetween(1, 100);
                shorter |= count < 100;
            }
        }
        assertThat(shorter).isTrue();
    }

    @Test
    void aFlippedBitIsSeenNowAndAfterACrash() throws IOException {
        write(file, "A", true);
        syncDirectory(disk.root());

        disk.flipBit(file, 0, 1);

        assertThat(Files.readString(file)).isEqualTo("C");
        assertThat(Files.readString(disk.crash().root().resolve("file"))).isEqualTo("C");
    }

    @Test
    void aFrozenForceHoldsUpItsCallerAndNobodyElse() throws Exception {
        write(file, "x", false);
        Fault freeze = disk.freeze(EnumSet.of(DiskOperation.FORCE), path -> true);
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Void> forced =
                CompletableFuture.runAsync(
                        () -> {
                            started.countDown();
                            try {
                                write(file, "y", true);
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        },
                        action -> Thread.ofPlatform().start(action));
        started.await();
        while (freeze.met() == 0) {
            Thread.onSpinWait();
        }

        assertThat(Files.readString(file)).isEqualTo("y");
        assertThat(forced).isNotDone();
        freeze.heal();
        forced.get();
    }

    @Test
    void somethingRunsBeforeEachOperationUntilItIsHealed() throws IOException {
        Fault watched =
                disk.beforeEach(
                        EnumSet.of(DiskOperation.WRITE),
                        file::equals,
                        () -> disk.clock().pass(java.time.Duration.ofMillis(3)));

        Files.writeString(file, "x");
        watched.heal();
        Files.writeString(file, "y");

        assertThat(watched.met()).isOne();
        assertThat(disk.clock().nanoTime()).isEqualTo(3_000_000);
        assertThat(Files.readString(file)).isEqualTo("y");
    }

    @Test
    void aThreadCanBeForbiddenToTouchTheDisk() throws IOException {
        Files.writeString(file, "x");

        try (Fault forbidden = disk.forbidHere(EnumSet.of(DiskOperation.READ))) {
            assertThatThrownBy(() -> Files.readString(file)).isInstanceOf(AssertionError.class);
            assertThat(forbidden.met()).isOne();
        }
        assertThat(Files.readString(file)).isEqualTo("x");
    }

    @Test
    void locksExcludeEachOther() throws IOException {
        try (FileChannel one =
                        FileChannel.open(
                                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
            FileLock lock = one.tryLock();
            assertThat(lock.isValid()).isTrue();
            assertThatThrownBy(other::tryLock).isInstanceOf(OverlappingFileLockException.class);
            lock.release();
            assertThat(other.tryLock()).isNotNull();
        }
        disk.lockedByAnotherProcess(path -> path.equals(file));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThat(channel.tryLock()).isNull();
        }
    }

    @Test
    void aClosedChannelAndAnInterruptedThreadAreRefused() throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1)))
                .isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1)))
                .isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void mappingIsRefused() throws IOException {
        Files.writeString(file, "x");
        try (FileChannel channel = FileChannel.open(file)) {
            assertThatThrownBy(() -> channel.map(FileChannel.MapMode.READ_ONLY, 0, 1))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("cannot be mapped");
        }
    }

    @Test
    void aHugeHoleCostsNoMemory() throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), (1 << 30) - 1);
        }
        assertThat(Files.size(file)).isEqualTo(1 << 30);
    }

    private static void write(Path path, String text, boolean force) throws IOException {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            if (force) {
                channel.force(true);
            }
        }
    }

    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
