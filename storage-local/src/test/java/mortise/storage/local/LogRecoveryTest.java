package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.FutureTask;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.TimestampPosition;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/**
 * What recovery makes of what a crash left. The crash contract finds most of this by chance; here
 * each case is made on purpose.
 */
class LogRecoveryTest {
    private SimDisk disk = SimDisk.create(1);
    private Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads());

    private Path file(long baseOffset, String suffix) {
        return broker.directory().resolve(LogFiles.name(baseOffset, suffix));
    }

    /** Everything on the disk so far survives; the broker is gone. */
    private void killed() {
        disk.syncAll();
        powerFails();
    }

    /** What was not synced survives in part. */
    private void powerFails() {
        disk = disk.crash();
        broker = Broker.on(broker.context().restartedOn(disk));
    }

    private List<Path> named(String suffix) throws IOException {
        try (var files = Files.list(broker.directory())) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }

    /** Appends and syncs batches of two records until a segment begins; gives its base offset. */
    private long fillSegment(long timestamp) {
        while (true) {
            long at = broker.log().end().offset();
            Batches next = Batches.of(at, 2, 900, timestamp + at);
            if (broker.log().rollIfNeeded(next.sizeInBytes(), timestamp + at, 0).isPresent()) {
                broker.log().append(next);
                return at;
            }
            broker.log().append(next);
            broker.log().sync();
        }
    }

    private void aMinutePasses() {
        broker.context().clock().advance(Duration.ofMinutes(1));
    }

    private String recoveryPoint() throws IOException {
        return Files.readString(
                broker.directory().resolveSibling("recovery-point-offset-checkpoint"));
    }

    @Test
    void theIndexesBeforeARecoveryPointOnABorderAreNotTrusted() throws IOException {
        long border = fillSegment(1_000);
        aMinutePasses();
        assertThat(recoveryPoint()).isEqualTo("0\n1\norders 3 " + border + "\n");
        // the roll has written them, and no sync has come since
        truncate(file(0, LogFiles.TIME_INDEX), 0);
        killed();

        assertThat(broker.log().offsetAtOrAfter(1_004).map(TimestampPosition::baseOffset))
                .hasValue(4L);
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, border + 2));
    }

    @Test
    void onlyTheSegmentsThatAreUnsureAreReadAfterACrash() throws IOException {
        fillSegment(1_000);
        fillSegment(2_000);
        fillSegment(3_000);
        broker.append(2, 100, 9_000);
        broker.log().sync();
        aMinutePasses();
        disk.syncAll();
        List<Path> segments = named(LogFiles.LOG);
        assertThat(segments).hasSize(4);
        disk = disk.crash();
        SimContext context = broker.context().restartedOn(disk);
        try (Fault unread =
                disk.failReads(
                        path ->
                                path.toString().matches(".*(log|index)")
                                        && !path.toString()
                                                .contains(LogFiles.name(last(segments), "")),
                        new IOException("was read"))) {
            broker = Broker.on(context);
            assertThat(unread.met()).isZero();
        }
        assertThat(broker.log().end().offset()).isGreaterThan(30);
    }

    private static long last(List<Path> segments) {
        return LogFiles.offset(DiskFiles.name(segments.getLast()), LogFiles.LOG).orElseThrow();
    }

    @Test
    void aTornTailIsCutAtTheLastWholeBatchWithALineThatSaysSo() throws IOException {
        byte[] first = broker.append(2, 900, 1).bytes();
        broker.append(2, 900, 2);
        truncate(file(0, LogFiles.LOG), first.length + 100);
        killed();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 2));
        assertThat(Files.size(file(0, LogFiles.LOG))).isEqualTo(first.length);
        assertThat(broker.context().logger().lines())
                .anyMatch(line ->
                        line.text().contains("00000000000000000000.log of orders-3")
                                && line.text().contains("batch at " + first.length + " says ")
                                && line.text()
                                        .contains("the file has 100 left; truncating to offset 2"));
    }

    @Test
    void aBatchWithAWrongChecksumEndsTheLog() throws IOException {
        List<Batches> batches = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            batches.add(broker.append(2, 900, i));
        }
        disk.flipBit(file(0, LogFiles.LOG), 3L * batches.getFirst().sizeInBytes() + 200, 3);
        killed();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 6));
        assertThat(broker.readAll(0))
                .isEqualTo(
                        LocalPartitionLogTest.join(
                                batches.subList(0, 3).stream().map(Batches::bytes).toList()));
    }

    @Test
    void preallocatedSpaceThatWasNeverWrittenIsCut() throws IOException {
        broker.reopen(
                new LogSettings(
                        10_000, Duration.ofDays(7), 512, 1 << 20, true, Duration.ofMinutes(1)));
        byte[] written = broker.append(2, 900, 1).bytes();
        assertThat(Files.size(file(0, LogFiles.LOG))).isEqualTo(10_000);
        killed();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 2));
        assertThat(Files.size(file(0, LogFiles.LOG))).isEqualTo(written.length);
    }

    @Test
    void indexesOfASegmentThatLostItsBatchesAreNotTakenForThoseOfItsNext() throws IOException {
        long border = fillSegment(1_000);
        assertThat(Files.size(file(0, LogFiles.OFFSET_INDEX))).isPositive();
        truncate(file(0, LogFiles.LOG), 0);
        Files.delete(file(border, LogFiles.LOG));
        aLogThatLostItsRecoveryPoint();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 0));
        byte[] small = broker.append(1, 600, 1).bytes();
        byte[] next = broker.append(1, 600, 2).bytes();
        byte[] large = broker.append(3, 8_000, 3).bytes();
        byte[] last = broker.append(1, 1_500, 4).bytes();
        assertThat(named(LogFiles.LOG)).hasSize(2);
        broker.close();
        broker = Broker.on(broker.context().restarted());

        assertThat(broker.readAll(0))
                .isEqualTo(LocalPartitionLogTest.join(List.of(small, next, large, last)));
        assertThat(broker.log().largestTimestamp().map(TimestampPosition::maxTimestamp))
                .hasValue(4L);
    }

    private void aLogThatLostItsRecoveryPoint() throws IOException {
        Files.deleteIfExists(broker.directory().resolveSibling("recovery-point-offset-checkpoint"));
        nothingIsKnownOfItsSegments();
        killed();
    }

    private void nothingIsKnownOfItsSegments() throws IOException {
        SegmentManifest.create(broker.directory(), Broker.ORDERS_3.topicId());
    }

    @Seeded(runs = 40)
    void aSegmentThatAppearsDuringASyncIsSyncedByTheNext(long seed) throws Exception {
        disk = SimDisk.create(seed);
        broker = Broker.on(SimContext.on(disk, seed).withInlineThreads());
        broker.append(2, 9_000, 1);
        broker.log().sync();
        FutureTask<Void> writer =
                new FutureTask<>(
                        () -> {
                            broker.append(2, 9_000, 2);
                        },
                        null);
        try (Fault held =
                disk.freeze(
                        EnumSet.of(DiskOperation.CREATE),
                        path -> path.toString().endsWith("00000000000000000002.log"))) {
            Thread.ofPlatform().daemon().start(writer);
            while (held.met() == 0) {
                Thread.onSpinWait();
            }
            broker.log().sync();
        }
        writer.get();
        assertThat(broker.log().sync().offset()).isEqualTo(4);
        powerFails();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 4));
    }

    @Seeded(runs = 40)
    void aLogThatAKilledProcessMadeIsMadeDurableByTheNext(long seed) {
        disk = SimDisk.create(seed);
        broker = Broker.on(SimContext.on(disk, seed).withInlineThreads());
        disk = disk.kill();
        broker = Broker.on(broker.context().restartedOn(disk));
        broker.append(2, 900, 1);
        broker.log().sync();
        powerFails();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 2));
    }

    @Seeded(runs = 40)
    void aSegmentThatRecoveryRemovedDoesNotComeBack(long seed) throws IOException {
        disk = SimDisk.create(seed);
        broker = Broker.on(SimContext.on(disk, seed).withInlineThreads());
        long second = fillSegment(1_000);
        long third = fillSegment(1_000);
        byte[] first = broker.read(0);
        Files.delete(file(second, LogFiles.LOG));
        Path checkpoint = broker.directory().resolveSibling("recovery-point-offset-checkpoint");
        Files.writeString(checkpoint, "0\n1\norders 3 " + second + "\n");
        nothingIsKnownOfItsSegments();
        killed();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, second));
        Batches filling = Batches.of(second, (int) (third - second), 500, 7);
        broker.log().append(filling);
        broker.log().sync();
        powerFails();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, third));
        assertThat(broker.readAll(0))
                .isEqualTo(LocalPartitionLogTest.join(List.of(first, filling.bytes())));
    }

    @Seeded(runs = 40)
    void aSidecarBeyondTheEndThatRecoveryRemovedDoesNotComeBack(long seed) throws IOException {
        disk = SimDisk.create(seed);
        broker = Broker.on(SimContext.on(disk, seed).withInlineThreads());
        broker.append(10, 100, 1);
        broker.close();
        broker = Broker.on(broker.context().restarted());
        Files.writeString(file(20, LogFiles.PRODUCER_SNAPSHOT), "of a lost part of the log");
        killed();
        broker.append(15, 100, 2);
        broker.log().sync();
        powerFails();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 25));
        assertThat(broker.log().latestSidecar(SidecarKind.PRODUCER_STATE, 25).map(Sidecar::offset))
                .isEmpty();
    }

    @Test
    void aCleanCloseMakesTheIndexesOfARolledSegmentDurable() throws IOException {
        broker.append(2, 900, 1);
        broker.log().sync();
        assertThat(broker.log().rollIfNeeded(1 << 20, 2, 2)).hasValue(2);
        broker.close();

        assertThat(disk.forces(file(0, LogFiles.TIME_INDEX))).isPositive();
    }

    @Test
    void aDamagedIndexOfASealedSegmentIsBuiltAnewDurably() throws IOException {
        fillSegment(1_000);
        broker.close();
        Path offsets = file(0, LogFiles.OFFSET_INDEX);
        Path times = file(0, LogFiles.TIME_INDEX);
        byte[] rightOffsets = Files.readAllBytes(offsets);
        byte[] rightTimes = Files.readAllBytes(times);
        try (FileChannel channel = FileChannel.open(offsets, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[16]), 16);
        }
        Files.delete(times);
        disk.syncAll();
        long forces = disk.forces(offsets);
        broker = Broker.on(broker.context().restarted());

        assertThat(broker.log().offsetAtOrAfter(1_004).map(TimestampPosition::baseOffset))
                .hasValue(4L);
        // an index is a hint: its entries may lie elsewhere than the writer put them
        assertThat(Files.size(offsets)).isBetween(8L, (long) rightOffsets.length);
        assertThat(Files.size(times)).isBetween(12L, (long) rightTimes.length);
        assertThat(disk.forces(offsets)).isGreaterThan(forces);
        assertThat(disk.forces(times)).isPositive();
        assertThat(broker.context().logger().lines())
                .anyMatch(line -> line.text().contains("building it anew"));
    }

    private static void truncate(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }
}
