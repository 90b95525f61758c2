package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.TimestampPosition;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log on the real file system does what its interface promises. */
class LocalPartitionLogTest {
    @TempDir Path data;
    private Broker broker;

    @BeforeEach
    void start() {
        broker = Broker.on(SimContext.on(data, 1));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void restart() {
        restart(Broker.SMALL);
    }

    private void restart(LogSettings settings) {
        SimContext context = broker.context();
        broker.close();
        broker = Broker.on(context.restarted(), settings);
    }

    @Test
    void whatWasAppendedIsReadByEveryPath() {
        List<Batches> appended = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            appended.add(broker.append(3, 200, 1_000 + i));
        }
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 150));
        for (int i = 0; i < 50; i++) {
            byte[] expected = appended.get(i).bytes();
            for (long offset = 3L * i; offset < 3L * i + 3; offset++) {
                assertThat(Arrays.copyOf(broker.read(offset), expected.length)).isEqualTo(expected);
                try (LogSlice recent =
                        broker.log()
                                .readRecent(offset, broker.log().end(), 1, true)
                                .orElseThrow()) {
                    assertThat(Broker.bytes(recent)).isEqualTo(expected);
                }
            }
        }
        assertThat(broker.log().readRecent(150, broker.log().end(), 100, true).orElseThrow())
                .isSameAs(EmptySlice.INSTANCE);
    }

    @Test
    void readsStopAtTheGivenPosition() {
        Batches first = broker.append(2, 100, 1);
        LogPosition middle = broker.log().end();
        broker.append(2, 100, 2);
        assertThat(broker.read(0, middle, 1_000_000, true)).isEqualTo(first.bytes());
        assertThat(broker.read(2, middle, 1_000_000, true)).isEmpty();
        try (LogSlice recent = broker.log().readRecent(0, middle, 1_000_000, true).orElseThrow()) {
            assertThat(Broker.bytes(recent)).isEqualTo(first.bytes());
        }
        assertThat(broker.log().readRecent(2, middle, 1_000_000, true).orElseThrow().sizeInBytes())
                .isZero();
    }

    @Test
    void theLastBatchMayBeCutAndTheFirstIsWholeOnDemand() {
        Batches first = broker.append(2, 100, 1);
        broker.append(2, 100, 2);
        assertThat(broker.read(0, broker.log().end(), 10, false)).hasSize(10);
        assertThat(broker.read(0, broker.log().end(), 10, true)).isEqualTo(first.bytes());
        assertThat(broker.read(0, broker.log().end(), first.sizeInBytes() + 5, true))
                .hasSize(first.sizeInBytes() + 5);
    }

    @Test
    void offsetsOutsideOfTheLogAreRefused() {
        broker.append(2, 100, 1);
        assertThatThrownBy(() -> broker.read(3)).isInstanceOf(OffsetOutOfRangeException.class);
        broker.log().advanceStart(2);
        assertThatThrownBy(() -> broker.read(1))
                .isInstanceOf(OffsetOutOfRangeException.class)
                .hasMessageContaining("offset 1 of orders-3")
                .hasMessageContaining("2 to 2");
        assertThat(broker.log().readRecent(1, broker.log().end(), 10, true)).isEmpty();
    }

    @Test
    void gapsBetweenBatchesAreKept() {
        broker.append(Batches.of(10, 5, 50, 1));
        broker.append(Batches.of(100, 5, 50, 2).and(200, 1, 50, 3));
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 201));
        byte[] second = Batches.of(100, 5, 50, 2).bytes();
        assertThat(Arrays.copyOf(broker.read(50), second.length)).isEqualTo(second);
        assertThat(broker.log().position(50).offset()).isEqualTo(50);
        assertThat(broker.log().position(102).offset()).isEqualTo(100);
        assertThat(broker.log().position(201)).isEqualTo(broker.log().end());
    }

    @Test
    void offsetsThatGoBackwardsAreRefused() {
        broker.append(5, 50, 1);
        assertThatThrownBy(() -> broker.log().append(Batches.of(4, 1, 10, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("orders-3")
                .hasMessageContaining("5");
        assertThat(broker.log().end().offset()).isEqualTo(5);
    }

    @Test
    void segmentsRollBySizeAndKeepEverything() throws IOException {
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            expected.add(broker.append(2, 900, i).bytes());
        }
        assertThat(segments()).hasSizeGreaterThan(4).allMatch(path -> size(path) <= 10_000);
        assertThat(broker.readAll(0)).isEqualTo(join(expected));
        restart();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 120));
        assertThat(broker.readAll(0)).isEqualTo(join(expected));
        assertThat(broker.log().durableEnd()).isEqualTo(broker.log().end());
    }

    @Test
    void segmentsRollByAge() {
        broker.append(1, 10, 1_000);
        long age = Duration.ofDays(7).toMillis();
        assertThat(broker.log().rollIfNeeded(10, 1_000 + age, 0)).isEmpty();
        assertThat(broker.log().rollIfNeeded(10, 1_001 + age, 0)).hasValue(1);
        assertThat(broker.log().rollIfNeeded(10, 1_001 + age, 0)).isEmpty();
    }

    @Test
    void offsetsBeyondTheReachOfASegmentBeginAnotherOne() {
        broker.append(1, 10, 1);
        byte[] far = Batches.of(3_000_000_000L, 2, 10, 2).bytes();
        broker.log().append(Batches.of(3_000_000_000L, 2, 10, 2));
        assertThat(broker.read(1)).isEqualTo(far);
        restart();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 3_000_000_002L));
        assertThat(broker.read(1)).isEqualTo(far);
        broker.log().truncateTo(3_000_000_000L);
        assertThat(broker.log().sizeInBytes()).isEqualTo(Batches.of(0, 1, 10, 1).sizeInBytes());
    }

    @Test
    void truncationRemovesWholeBatchesOnly() {
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            expected.add(broker.append(3, 900, i).bytes());
        }
        LogPosition end = broker.log().truncateTo(61);
        assertThat(end.offset()).isEqualTo(60);
        assertThat(broker.log().end()).isEqualTo(end);
        assertThat(broker.readAll(0)).isEqualTo(join(expected.subList(0, 20)));
        expected = new ArrayList<>(expected.subList(0, 20));
        expected.add(broker.append(7, 333, 99).bytes());
        assertThat(broker.readAll(0)).isEqualTo(join(expected));
        restart();
        assertThat(broker.readAll(0)).isEqualTo(join(expected));
    }

    @Test
    void aSliceOutlivesTruncationResetDeletionAndClose() {
        for (int i = 0; i < 5; i++) {
            broker.append(3, 900, i);
        }
        byte[] expected = broker.read(0);
        LogSlice slice = broker.log().read(0, broker.log().end(), 1 << 20, true);
        LogSlice recent =
                broker.log().readRecent(0, broker.log().end(), 1 << 20, true).orElseThrow();
        broker.log().truncateTo(6);
        broker.append(3, 500, 77);
        assertThat(Broker.bytes(slice)).isEqualTo(expected);
        broker.log().reset(1_000);
        broker.append(3, 500, 78);
        assertThat(Broker.bytes(slice)).isEqualTo(expected);
        broker.store().delete(Broker.ORDERS_3);
        broker.context().clock().advance(Duration.ofHours(1));
        broker.close();
        assertThat(Broker.bytes(slice)).isEqualTo(expected);
        assertThat(Broker.bytes(recent)).isEqualTo(expected);
        slice.close();
        slice.close();
        recent.close();
        broker = Broker.on(broker.context().restarted());
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 0));
    }

    @Test
    void aResetGoesForwardsAndBackwards() {
        for (int i = 0; i < 30; i++) {
            broker.append(3, 900, i);
        }
        broker.log().reset(500);
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(500, 500));
        restart();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(500, 500));
        broker.append(3, 900, 1);
        broker.log().reset(20);
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(20, 20));
        byte[] appended = broker.append(3, 900, 1).bytes();
        restart();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(20, 23));
        assertThat(broker.readAll(20)).isEqualTo(appended);
    }

    @Test
    void theStartMovesUpForGoodAndDropsWholeSegments() throws IOException {
        for (int i = 0; i < 60; i++) {
            broker.append(2, 900, i);
        }
        int before = segments().size();
        broker.log().advanceStart(71);
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(71, 120));
        broker.log().advanceStart(3);
        assertThat(broker.log().bounds().startOffset()).isEqualTo(71);
        assertThat(segments().size()).isLessThan(before);
        restart();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(71, 120));
    }

    @Test
    void removedFilesGoAfterTheirDelay() throws IOException {
        for (int i = 0; i < 60; i++) {
            broker.append(2, 900, i);
        }
        broker.log().advanceStart(71);
        assertThat(named(".deleted")).isNotEmpty();
        broker.context().clock().advance(Duration.ofMinutes(2));
        broker.close();
        assertThat(named(".deleted")).isEmpty();
        broker = Broker.on(broker.context().restarted());
    }

    @Test
    void timestampsAreFoundByTheLargestOfABatch() {
        broker.append(2, 900, 50);
        broker.append(2, 900, 10);
        broker.append(2, 900, 90);
        broker.append(2, 900, 70);
        for (int i = 0; i < 30; i++) {
            broker.append(2, 900, 60);
        }
        broker.append(2, 900, 100);
        for (int pass = 0; pass < 2; pass++) {
            assertThat(broker.log().offsetAtOrAfter(0)).hasValue(at(0, 50));
            assertThat(broker.log().offsetAtOrAfter(51)).hasValue(at(4, 90));
            assertThat(broker.log().offsetAtOrAfter(90)).hasValue(at(4, 90));
            assertThat(broker.log().offsetAtOrAfter(91)).hasValue(at(68, 100));
            assertThat(broker.log().offsetAtOrAfter(101)).isEmpty();
            assertThat(broker.log().largestTimestamp()).hasValue(at(68, 100));
            restart();
        }
        broker.log().advanceStart(5);
        assertThat(broker.log().offsetAtOrAfter(0)).hasValue(at(4, 90));
        broker.log().advanceStart(6);
        assertThat(broker.log().offsetAtOrAfter(0)).hasValue(at(6, 70));
        broker.log().truncateTo(68);
        assertThat(broker.log().largestTimestamp()).hasValue(at(6, 70));
    }

    private static TimestampPosition at(long offset, long timestamp) {
        return new TimestampPosition(offset, offset + 1, timestamp, 3);
    }

    @Test
    void retentionFollowsSizeAndAge() {
        for (int i = 0; i < 60; i++) {
            broker.append(2, 900, 1_000 + i);
        }
        long all = broker.log().sizeInBytes();
        assertThat(broker.log().retainedFrom(new RetentionLimits(-1, -1, 2_000, 120))).isZero();
        assertThat(broker.log().retainedFrom(new RetentionLimits(all, -1, 2_000, 120))).isZero();
        long bySize = broker.log().retainedFrom(new RetentionLimits(all - 20_000, -1, 2_000, 120));
        assertThat(bySize).isBetween(18L, 44L);
        assertThat(broker.log().retainedFrom(new RetentionLimits(all - 20_000, -1, 2_000, 10)))
                .isZero();
        long byAge = broker.log().retainedFrom(new RetentionLimits(-1, 100, 1_130, 120));
        assertThat(byAge).isBetween(30L, 60L);
        assertThat(broker.log().retainedFrom(new RetentionLimits(1, -1, 1 << 30, 120)))
                .as("size takes no part of the active segment")
                .isBetween(90L, 119L);
    }

    @Test
    void theActiveSegmentGoesOnceAllOfItIsTooOld() throws IOException {
        for (int i = 0; i < 3; i++) {
            broker.append(2, 900, 1_000 + i);
        }
        assertThat(broker.log().retainedFrom(new RetentionLimits(-1, 100, 1_102, 6)))
                .as("its newest record may stay")
                .isZero();
        assertThat(broker.log().retainedFrom(new RetentionLimits(-1, 100, 1_103, 5)))
                .as("the high watermark is within it")
                .isZero();
        assertThat(broker.log().retainedFrom(new RetentionLimits(-1, 100, 1_103, 6))).isEqualTo(6);

        broker.log().advanceStart(6);

        assertThat(broker.log().sizeInBytes()).isZero();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(6, 6));
        assertThat(Files.exists(broker.directory().resolve("00000000000000000000.log"))).isFalse();
        broker.append(2, 900, 2_000);
        assertThat(broker.log().sync().offset()).isEqualTo(8);
        for (int pass = 0; pass < 2; pass++) {
            assertThat(broker.log().bounds()).isEqualTo(new LogBounds(6, 8));
            assertThat(broker.log().offsetAtOrAfter(0)).hasValue(at(6, 2_000));
            restart();
        }
        assertThat(broker.log().retainedFrom(new RetentionLimits(-1, 100, 2_101, 8))).isEqualTo(8);
        broker.log().advanceStart(8);
        restart();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(8, 8));
    }

    @Test
    void withoutARecordToKeepByTimestampTheFilesAgeCounts() throws IOException {
        broker.append(2, 900, -1);
        long written =
                Files.getLastModifiedTime(broker.directory().resolve("00000000000000000000.log"))
                        .toMillis();

        assertThat(broker.log().retainedFrom(new RetentionLimits(-1, 100, written + 100, 2)))
                .isZero();
        assertThat(broker.log().retainedFrom(new RetentionLimits(-1, 100, written + 101, 2)))
                .isEqualTo(2);
    }

    @Test
    void producersAreKeptWithTheirSnapshots() {
        broker.append(10, 100, 1);
        broker.log().putSidecar(SidecarKind.PRODUCER_STATE, 5, text("five"));
        broker.log().putSidecar(SidecarKind.PRODUCER_BATCHES, 5, text("five batches"));
        broker.log().putSidecar(SidecarKind.PRODUCER_BATCHES, 10, text("ten batches"));
        for (int pass = 0; pass < 2; pass++) {
            assertThat(sidecar(SidecarKind.PRODUCER_STATE, 10)).isEqualTo("5 five");
            assertThat(sidecar(SidecarKind.PRODUCER_BATCHES, 9)).isEqualTo("5 five batches");
            assertThat(sidecar(SidecarKind.PRODUCER_BATCHES, 10)).isEqualTo("10 ten batches");
            broker.log().sync();
            assertThat(Files.exists(broker.directory().resolve("00000000000000000010.producers")))
                    .isTrue();
            restart();
        }
        broker.log().truncateTo(0);
        assertThat(sidecar(SidecarKind.PRODUCER_BATCHES, 10)).isEqualTo("none");
    }

    @Test
    void sidecarsLiveBesideTheLog() throws IOException {
        broker.append(10, 100, 1);
        broker.log().putSidecar(SidecarKind.PRODUCER_STATE, 5, text("five"));
        broker.log().putSidecar(SidecarKind.PRODUCER_STATE, 10, text("ten"));
        broker.log().putSidecar(SidecarKind.LEADER_EPOCHS, 7, text("0\n1\n3 0\n"));
        for (int pass = 0; pass < 3; pass++) {
            assertThat(sidecar(SidecarKind.PRODUCER_STATE, 4)).isEqualTo("none");
            assertThat(sidecar(SidecarKind.PRODUCER_STATE, 9)).isEqualTo("5 five");
            assertThat(sidecar(SidecarKind.PRODUCER_STATE, 10)).isEqualTo("10 ten");
            assertThat(sidecar(SidecarKind.LEADER_EPOCHS, 99)).isEqualTo("7 0\n1\n3 0\n");
            if (pass == 0) {
                broker.log().sync();
                assertThat(Files.readString(broker.directory().resolve("leader-epoch-checkpoint")))
                        .isEqualTo("0\n1\n3 0\n");
                assertThat(
                                Files.readString(
                                        broker.directory()
                                                .resolve("00000000000000000010.snapshot")))
                        .isEqualTo("ten");
            } else {
                restart();
            }
        }
        broker.log().putSidecar(SidecarKind.LEADER_EPOCHS, 6, text("newer"));
        assertThat(sidecar(SidecarKind.LEADER_EPOCHS, 99)).isEqualTo("6 newer");
        broker.log().trimSidecars(SidecarKind.PRODUCER_STATE, 10);
        assertThat(sidecar(SidecarKind.PRODUCER_STATE, 9)).isEqualTo("5 five");
        broker.log().trimSidecars(SidecarKind.PRODUCER_STATE, 11);
        assertThat(sidecar(SidecarKind.PRODUCER_STATE, 9)).isEqualTo("none");
        restart();
        assertThat(sidecar(SidecarKind.LEADER_EPOCHS, 99)).isEqualTo("6 newer");
        assertThat(sidecar(SidecarKind.PRODUCER_STATE, 99)).isEqualTo("10 ten");
        broker.log().truncateTo(0);
        assertThat(sidecar(SidecarKind.PRODUCER_STATE, 99)).isEqualTo("none");
        assertThat(sidecar(SidecarKind.LEADER_EPOCHS, 99)).isEqualTo("none");
    }

    private static ByteBuffer text(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    private String sidecar(SidecarKind kind, long atMost) {
        return broker.log()
                .latestSidecar(kind, atMost)
                .map((Sidecar found) ->
                        found.offset() + " " + StandardCharsets.UTF_8.decode(found.content()))
                .orElse("none");
    }

    @Test
    void preallocatedSpaceIsGivenBackOnCloseAndIgnoredByReaders() throws IOException {
        LogSettings settings =
                new LogSettings(
                        10_000, Duration.ofDays(7), 512, 1 << 20, true, Duration.ofMinutes(1));
        restart(settings);
        assertThat(segments()).isEmpty();
        byte[] expected = broker.append(3, 500, 1).bytes();
        assertThat(size(segments().getFirst())).isEqualTo(10_000);
        assertThat(broker.read(0)).isEqualTo(expected);
        assertThat(broker.log().sizeInBytes()).isEqualTo(expected.length);
        restart(settings);
        assertThat(size(segments().getFirst())).isEqualTo(expected.length);
        assertThat(broker.read(0)).isEqualTo(expected);
    }

    @Test
    void anIdleLogHoldsNoOpenFile() {
        for (int i = 0; i < 20; i++) {
            broker.append(2, 900, i);
        }
        restart();
        LocalLogStore store = (LocalLogStore) broker.store();
        assertThat(store.openFiles()).isZero();
    }

    @Test
    void lentBuffersAreNotKept() {
        byte[] expected = Batches.of(0, 3, 300, 1).bytes();
        Batches lent = Batches.of(0, 3, 300, 1);
        broker.log().append(lent);
        ByteBuffer scribbled = lent.buffer(0);
        while (scribbled.hasRemaining()) {
            scribbled.put((byte) 0xAA);
        }
        assertThat(broker.read(0)).isEqualTo(expected);
    }

    @Test
    void readersRunBesideTheWriter() throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        int batches = 3_000;
        Thread reader =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                follow(batches * 2L);
                            } catch (Throwable failed) {
                                failure.set(failed);
                            }
                        });
        Thread recent =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                followRecent(batches * 2L);
                            } catch (Throwable failed) {
                                failure.set(failed);
                            }
                        });
        for (int i = 0; i < batches; i++) {
            broker.append(2, 100, i);
            if (i % 100 == 0) {
                broker.log().sync();
            }
        }
        reader.join();
        recent.join();
        assertThat(failure.get()).isNull();
    }

    private void follow(long until) {
        long next = 0;
        while (next < until) {
            byte[] read = broker.read(next, broker.log().end(), 3_000, true);
            next = checked(read, next);
        }
    }

    private void followRecent(long until) {
        long next = 0;
        while (next < until) {
            LogPosition end = broker.log().end();
            LogSlice slice =
                    broker.log()
                            .readRecent(next, end, 3_000, true)
                            .orElseGet(EmptySlice.PRESENT::get);
            try (slice) {
                if (slice.sizeInBytes() == 0 && next < end.offset()) {
                    next = checked(broker.read(next, end, 3_000, true), next);
                } else {
                    next = checked(Broker.bytes(slice), next);
                }
            }
        }
    }

    /** Compares every whole batch with what was appended; gives the offset after the last. */
    private static long checked(byte[] read, long from) {
        ByteBuffer buffer = ByteBuffer.wrap(read);
        long next = from;
        int at = 0;
        while (at + BatchHeader.BYTES <= read.length
                && at + BatchHeader.size(buffer, at) <= read.length) {
            assertThat(BatchHeader.baseOffset(buffer, at)).isEqualTo(next);
            byte[] expected = Batches.of(next, 2, 100, next / 2).bytes();
            assertThat(Arrays.copyOfRange(read, at, at + expected.length)).isEqualTo(expected);
            at += expected.length;
            next += 2;
        }
        return next;
    }

    @Test
    void aClosedLogRefusesByName() {
        broker.log().close();
        assertThatThrownBy(() -> broker.log().append(Batches.of(0, 1, 1, 1)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("orders-3")
                .hasMessageContaining("closed");
    }

    private List<Path> segments() throws IOException {
        return named(".log");
    }

    private List<Path> named(String suffix) throws IOException {
        try (var files = Files.list(broker.directory())) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    static byte[] join(List<byte[]> parts) {
        ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(all::put);
        return all.array();
    }
}
