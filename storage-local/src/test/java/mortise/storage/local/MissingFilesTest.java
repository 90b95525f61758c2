package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import mortise.api.config.Config;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a log that somebody or something removed, emptied or shortened between two starts. */
class MissingFilesTest {
    private SimDisk disk = SimDisk.create(1);
    private Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads());

    /** How a broker ended. */
    enum End {
        STOPPED,
        KILLED
    }

    private Path file(long baseOffset, String suffix) {
        return broker.directory().resolve(LogFiles.name(baseOffset, suffix));
    }

    private Path checkpoint(String name) {
        return broker.directory().resolveSibling(name);
    }

    /** Five segments of ten records, the last one active, all of it synced and noted. */
    private void fiveSegments() {
        for (int i = 0; i < 25; i++) {
            broker.append(2, 1_900, 1_000 + i);
            broker.log().sync();
        }
        broker.context().clock().advance(Duration.ofMinutes(2));
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 50));
    }

    private void end(End how) {
        if (how == End.STOPPED) {
            broker.close();
        }
        disk.syncAll();
    }

    private void start() {
        disk.syncAll();
        disk = disk.crash();
        broker = Broker.on(broker.context().restartedOn(disk));
    }

    private static void shorten(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    private List<Long> bases() throws IOException {
        try (var files = Files.list(broker.directory())) {
            return files.map(DiskFiles::name)
                    .map(name -> LogFiles.offset(name, LogFiles.LOG))
                    .filter(java.util.OptionalLong::isPresent)
                    .map(java.util.OptionalLong::getAsLong)
                    .sorted()
                    .toList();
        }
    }

    /** Every offset within is refused, every one outside is served, and the log says why. */
    private void isMissing(long from, long to, long end) {
        assertThat(broker.log().missing())
                .extracting(MissingRecords::from, MissingRecords::to)
                .containsExactly(tuple(from, to));
        for (long offset = 0; offset < end; offset++) {
            long asked = offset;
            if (offset >= from && offset < to) {
                assertThatThrownBy(() -> broker.read(asked))
                        .isInstanceOfSatisfying(
                                StorageException.class,
                                failed -> assertThat(failed.reach()).isEqualTo(Reach.CALL))
                        .hasMessageContaining("are missing")
                        .hasMessageContaining("mortise log accept-loss");
            } else {
                assertThat(broker.read(offset)).as("offset %s", offset).isNotEmpty();
            }
        }
        assertThat(broker.context().logger().lines())
                .anyMatch(line ->
                        line.text()
                                .contains(
                                        "orders-3: offsets "
                                                + from
                                                + " to "
                                                + (to - 1)
                                                + " were synced and are missing"));
        assertThat(broker.context().logger().lines())
                .filteredOn(line -> line.text().startsWith("reading offset"))
                .as("lines of refused reads, which are throttled")
                .hasSize(1);
    }

    private void goesOn(long end) {
        broker.append(2, 1_900, 9_000);
        broker.log().sync();
        assertThat(broker.log().end().offset()).isEqualTo(end + 2);
        assertThat(broker.read(end)).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRemovedFirstSegmentIsNamedAndRefused(End how) throws IOException {
        fiveSegments();
        end(how);
        Files.delete(file(0, LogFiles.LOG));
        start();

        isMissing(0, 10, 50);
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 50));
        goesOn(50);
    }

    @ParameterizedTest
    @EnumSource
    void aRemovedMiddleSegmentIsNamedAndRefused(End how) throws IOException {
        fiveSegments();
        assertThat(bases()).containsExactly(0L, 10L, 20L, 30L, 40L);
        end(how);
        Files.delete(file(20, LogFiles.LOG));
        start();

        isMissing(20, 30, 50);
        goesOn(50);
    }

    @ParameterizedTest
    @EnumSource
    void aRemovedActiveSegmentIsNamedAndItsOffsetsAreNotGivenAgain(End how) throws IOException {
        fiveSegments();
        end(how);
        Files.delete(file(40, LogFiles.LOG));
        start();

        isMissing(40, 50, 50);
        goesOn(50);
    }

    @ParameterizedTest
    @EnumSource
    void anEmptiedSegmentIsNamedAndRefused(End how) throws IOException {
        fiveSegments();
        end(how);
        shorten(file(10, LogFiles.LOG), 0);
        start();

        isMissing(10, 20, 50);
        goesOn(50);
    }

    @ParameterizedTest
    @EnumSource
    void aShortenedSegmentServesWhatIsLeftOfIt(End how) throws IOException {
        fiveSegments();
        end(how);
        shorten(file(10, LogFiles.LOG), Files.size(file(10, LogFiles.LOG)) - 1);
        start();

        isMissing(18, 20, 50);
        goesOn(50);
    }

    @ParameterizedTest
    @EnumSource
    void aShortenedActiveSegmentIsNamedAndItsOffsetsAreNotGivenAgain(End how) throws IOException {
        fiveSegments();
        end(how);
        shorten(file(40, LogFiles.LOG), Files.size(file(40, LogFiles.LOG)) / 2);
        start();

        isMissing(44, 50, 50);
        goesOn(50);
    }

    @ParameterizedTest
    @EnumSource
    void anEmptiedActiveSegmentIsNamed(End how) throws IOException {
        fiveSegments();
        end(how);
        shorten(file(40, LogFiles.LOG), 0);
        start();

        isMissing(40, 50, 50);
        goesOn(50);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsMissingStaysMissingOverFurtherStarts(End how) throws IOException {
        fiveSegments();
        end(how);
        Files.delete(file(10, LogFiles.LOG));
        shorten(file(40, LogFiles.LOG), 0);
        start();
        goesOn(50);
        List<MissingRecords> missing = broker.log().missing();
        assertThat(missing)
                .extracting(MissingRecords::from, MissingRecords::to)
                .containsExactly(tuple(10L, 20L), tuple(40L, 50L));
        for (int i = 0; i < 3; i++) {
            end(i == 1 ? End.STOPPED : End.KILLED);
            start();
            assertThat(broker.log().missing())
                    .extracting(MissingRecords::from, MissingRecords::to)
                    .containsExactly(tuple(10L, 20L), tuple(40L, 50L));
            goesOn(52 + 2L * i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatIsPutBackHealsTheLog(End how) throws IOException {
        fiveSegments();
        end(how);
        byte[] second = Files.readAllBytes(file(10, LogFiles.LOG));
        byte[] last = Files.readAllBytes(file(40, LogFiles.LOG));
        Files.delete(file(10, LogFiles.LOG));
        Files.delete(file(40, LogFiles.LOG));
        start();
        goesOn(50);
        end(how);
        Files.write(file(10, LogFiles.LOG), second);
        Files.write(file(40, LogFiles.LOG), last);
        start();

        assertThat(broker.log().missing()).isEmpty();
        assertThat(broker.readAll(0)).hasSize((int) broker.log().sizeInBytes());
        assertThat(broker.log().end().offset()).isEqualTo(52);
    }

    @Test
    void anAcceptedLossIsAGapForGood() throws IOException {
        fiveSegments();
        end(End.KILLED);
        Files.delete(file(0, LogFiles.LOG));
        Files.delete(file(20, LogFiles.LOG));
        shorten(file(30, LogFiles.LOG), 100);
        start();
        assertThat(broker.log().acceptLoss())
                .extracting(MissingRecords::from, MissingRecords::to)
                .containsExactly(tuple(0L, 10L), tuple(20L, 40L));
        for (int i = 0; i < 2; i++) {
            assertThat(broker.log().missing()).isEmpty();
            assertThat(broker.log().bounds()).isEqualTo(new LogBounds(10, 50));
            assertThat(broker.read(20)).isEqualTo(broker.read(40));
            end(End.KILLED);
            start();
        }
    }

    @Test
    void retentionTakesWhatIsMissingToo() throws IOException {
        fiveSegments();
        end(End.KILLED);
        Files.delete(file(10, LogFiles.LOG));
        start();
        broker.log().advanceStart(15);
        assertThat(broker.log().missing())
                .extracting(MissingRecords::from, MissingRecords::to)
                .containsExactly(tuple(15L, 20L));
        broker.log().advanceStart(25);
        assertThat(broker.log().missing()).isEmpty();
        end(End.KILLED);
        start();
        assertThat(broker.log().missing()).isEmpty();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(25, 50));
    }

    @ParameterizedTest
    @EnumSource
    void aRemovedDirectoryIsMissedAndItsOffsetsAreNotGivenAgain(End how) throws IOException {
        fiveSegments();
        end(how);
        try (var files = Files.list(broker.directory())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(broker.directory());
        start();

        isMissing(0, 50, 50);
        goesOn(50);
    }

    @ParameterizedTest
    @EnumSource
    void aLogWithoutAManifestIsLookedAtOnceAndGetsOne(End how) throws IOException {
        fiveSegments();
        end(how);
        Files.delete(broker.directory().resolve(SegmentManifest.FILE));
        start();

        assertThat(broker.log().missing()).isEmpty();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 50));
        assertThat(broker.context().logger().lines())
                .anyMatch(line -> line.text().contains("has no segment-manifest"));
        end(how);
        start();
        assertThat(broker.context().logger().lines())
                .noneMatch(line -> line.text().contains("segment-manifest"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 60})
    void aDamagedManifestIsWrittenAnew(int bytes) throws IOException {
        fiveSegments();
        end(End.KILLED);
        Path manifest = broker.directory().resolve(SegmentManifest.FILE);
        byte[] right = Files.readAllBytes(manifest);
        right[bytes] ^= 1;
        Files.write(manifest, right);
        Files.delete(file(10, LogFiles.LOG));
        shorten(file(20, LogFiles.LOG), 100);
        start();

        assertThat(broker.log().missing())
                .extracting(MissingRecords::from, MissingRecords::to)
                .containsExactly(tuple(10L, 30L));
        assertThat(broker.context().logger().lines())
                .anyMatch(line -> line.text().contains("has a damaged segment-manifest"));
    }

    @ParameterizedTest
    @EnumSource
    void removedCheckpointsLoseNothing(End how) throws IOException {
        fiveSegments();
        broker.log().advanceStart(13);
        broker.append(2, 1_900, 1);
        broker.log().sync();
        end(how);
        Files.delete(checkpoint("recovery-point-offset-checkpoint"));
        Files.deleteIfExists(checkpoint("log-start-offset-checkpoint"));
        start();

        assertThat(broker.log().missing()).isEmpty();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(13, 52));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0\n", "7\n0\n", "\u0000\u0001\u0002", "0\n1\norders 3\n"})
    void aMalformedCheckpointIsNamedSetAsideAndLosesNothing(String text) throws IOException {
        fiveSegments();
        end(End.KILLED);
        Files.writeString(checkpoint("recovery-point-offset-checkpoint"), text);
        start();

        assertThat(broker.log().missing()).isEmpty();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 50));
        assertThat(broker.store().directories().getFirst().failure()).isEmpty();
        if (!text.isEmpty()) {
            assertThat(checkpoint("recovery-point-offset-checkpoint.stray")).hasContent(text);
            assertThat(broker.context().logger().lines())
                    .anyMatch(line -> line.text().contains("recovery-point-offset-checkpoint is"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "version: 0\n", "version: 7\ntopic_id: x\n", "\u0000\u0000"})
    void aDamagedIdentityIsWrittenAnewForTheLogThatTheClusterKnows(String text) throws IOException {
        fiveSegments();
        end(End.KILLED);
        Files.writeString(broker.directory().resolve(PartitionMetadata.FILE), text);
        start();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 50));
        assertThat(broker.read(0)).isNotEmpty();
        assertThat(broker.context().logger().lines())
                .anyMatch(line -> line.text().contains("writing its partition.metadata anew"));
        assertThat(PartitionMetadata.read(broker.directory())).contains(Broker.ORDERS_3.topicId());
    }

    @Test
    void aRemovedIdentityIsWrittenAnew() throws IOException {
        fiveSegments();
        end(End.STOPPED);
        Files.delete(broker.directory().resolve(PartitionMetadata.FILE));
        start();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 50));
        assertThat(broker.store().stored()).containsExactly(Broker.ORDERS_3);
    }

    @Test
    void anotherTopicsIdentityIsPutRightIfTheManifestAgreesWithTheCluster() throws IOException {
        fiveSegments();
        end(End.STOPPED);
        PartitionMetadata.write(broker.directory(), Broker.id("other", 3).topicId());
        start();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 50));
        assertThat(broker.read(0)).isNotEmpty();
    }

    @Test
    void aDirectoryThatIsAnotherTopicsForCertainIsRefusedAndKept() throws IOException {
        fiveSegments();
        end(End.STOPPED);
        SegmentManifest.create(broker.directory(), Broker.id("other", 3).topicId());
        Files.delete(broker.directory().resolve(PartitionMetadata.FILE));

        assertThatThrownBy(this::start)
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("nobody can tell whether it is in /data/logs/orders-3")
                .hasMessageContaining("segment-manifest says");
        assertThat(
                        broker.context()
                                .restartedOn(disk)
                                .dataDirectory()
                                .resolve("logs/orders-3/00000000000000000000.log"))
                .exists();
    }

    /** Such as a loss of power leaves of the log of a topic that is deleted then. */
    @Test
    void aNewLogInheritsNothingFromADirectoryWithoutAnIdentity() throws IOException {
        fiveSegments();
        end(End.STOPPED);
        Files.delete(broker.directory().resolve(SegmentManifest.FILE));
        Files.delete(broker.directory().resolve(PartitionMetadata.FILE));
        disk.syncAll();
        SimContext next = broker.context().restartedOn(disk.crash());
        LocalStorageProvider provider = new LocalStorageProvider();
        try (LogStore store = provider.create(Config.of(provider.config(), Map.of()), next)) {
            store.start();
            try (PartitionLog log = store.create(Broker.ORDERS_3, LogSettings.DEFAULTS)) {
                assertThat(log.bounds()).isEqualTo(new LogBounds(0, 0));
            }
            assertThat(next.dataDirectory().resolve("logs")).satisfies(this::hasAStrayWithItsFiles);
        }
    }

    /** Such as a crash leaves of a log that was being made when its topic went. */
    @Test
    void aDirectoryWithoutAnIdentityIsListedAsItsManifestSaysAndMakesRoomOnceThatIsDeleted()
            throws IOException {
        LogId gone = new LogId(Broker.id("other", 3).topicId(), Broker.ORDERS_3.partition());
        fiveSegments();
        end(End.STOPPED);
        SegmentManifest.create(broker.directory(), gone.topicId());
        Files.delete(broker.directory().resolve(PartitionMetadata.FILE));
        disk.syncAll();
        SimContext next = broker.context().restartedOn(disk.crash());
        LocalStorageProvider provider = new LocalStorageProvider();
        try (LogStore store = provider.create(Config.of(provider.config(), Map.of()), next)) {
            store.start();
            assertThat(store.stored()).containsExactly(gone);

            store.delete(gone);

            assertThat(store.stored()).isEmpty();
            store.create(Broker.ORDERS_3, LogSettings.DEFAULTS).close();
            assertThat(next.dataDirectory().resolve("logs")).satisfies(this::hasAStrayWithItsFiles);
        }
    }

    /** A deletion whose rename could not be made durable at once, and the end of the machine. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void aDeletedLogDoesNotComeBackWithoutItsIdentity(long seed) {
        disk = SimDisk.create(seed);
        broker = Broker.on(SimContext.on(disk, seed).withInlineThreads());
        fiveSegments();
        disk.syncAll();
        Path logs = broker.context().dataDirectory().resolve("logs");
        try (Fault refused =
                disk.fail(
                        Set.of(DiskOperation.OPEN),
                        logs::equals,
                        new IOException("Too many open files"))) {
            broker.store().delete(Broker.ORDERS_3);
            assertThat(refused.met()).isPositive();
        }
        broker.context().clock().advance(Duration.ofMinutes(2));

        Path survivor =
                broker.context()
                        .restartedOn(disk.crash())
                        .dataDirectory()
                        .resolve("logs")
                        .resolve("orders-3");
        assertThat(
                        !Files.exists(survivor)
                                || Files.exists(survivor.resolve(PartitionMetadata.FILE)))
                .as("the directory is gone, or whole")
                .isTrue();
    }

    private void hasAStrayWithItsFiles(Path logs) {
        try (Stream<Path> all = Files.list(logs)) {
            assertThat(all.filter(path -> path.toString().endsWith("-stray")))
                    .singleElement()
                    .extracting(stray -> stray.resolve("00000000000000000000.log"))
                    .satisfies(segment -> assertThat(Files.exists(segment)).isTrue());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** No recovery point was written, so the manifest alone knows of the segment. */
    @Test
    void whatASyncNotedIsMissedAfterACrashOfTheMachine() throws IOException {
        for (long seed = 0; seed < 10; seed++) {
            disk = SimDisk.create(seed);
            broker = Broker.on(SimContext.on(disk, seed).withInlineThreads());
            for (int i = 0; i < 25; i++) {
                broker.append(2, 1_900, 1_000 + i);
                broker.log().sync();
            }
            disk = disk.crash();
            SimContext next = SimContext.on(disk, seed).withInlineThreads();
            Files.delete(
                    next.dataDirectory()
                            .resolve("logs/orders-3")
                            .resolve(LogFiles.name(20, LogFiles.LOG)));
            broker = Broker.on(next);

            assertThat(broker.log().missing())
                    .as("seed %s", seed)
                    .extracting(MissingRecords::from, MissingRecords::to)
                    .containsExactly(tuple(20L, 30L));
            assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 50));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatATruncationRemovedIsNotMissed(End how) {
        fiveSegments();
        broker.log().truncateTo(24);
        end(how);
        start();

        assertThat(broker.log().missing()).isEmpty();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 24));
        goesOn(24);
    }

    @ParameterizedTest
    @EnumSource
    void whatAResetRemovedIsNotMissed(End how) {
        fiveSegments();
        broker.log().reset(7);
        end(how);
        start();

        assertThat(broker.log().missing()).isEmpty();
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(7, 7));
        goesOn(7);
    }
}
