package mortise.consensus.raft.disk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import mortise.consensus.raft.MemberUnderTest;
import mortise.consensus.raft.core.Ballot;
import mortise.consensus.raft.storage.DamagedStateException;
import mortise.consensus.raft.storage.ForeignStateException;
import mortise.spi.consensus.ProposeOutcome.Committed;
import mortise.spi.consensus.ProposeOutcome.Refused;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import mortise.tck.sim.SimLogger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the directory promises: what is repaired, what is refused, and how it is said. */
class DiskStorageTest {
    private static final Map<String, String> SMALL =
            Map.of(
                    "consensus.raft.segment-bytes", "1KiB",
                    "consensus.raft.snapshot-entries", "20");

    private SimDisk disk;
    private SimContext context;

    @BeforeEach
    void emptyDisk() {
        disk = SimDisk.create(1);
        context = SimContext.on(disk, 1).withNodeId(4);
    }

    private MemberUnderTest open() throws IOException {
        return MemberUnderTest.open(context);
    }

    private Path file(String name) {
        return context.dataDirectory().resolve(name);
    }

    private Path firstSegment() {
        return file("00000000000000000001.log");
    }

    private List<String> names(String ending) throws IOException {
        try (Stream<Path> files = Files.list(context.dataDirectory())) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private List<String> warnings() {
        return context.logger().lines().stream()
                .filter(line -> line.level() == System.Logger.Level.WARNING)
                .map(SimLogger.Line::text)
                .toList();
    }

    private void commitAndClose(String... texts) throws IOException {
        try (MemberUnderTest member = open()) {
            for (String text : texts) {
                member.commit(text);
            }
        }
    }

    private void powerCut() {
        disk = disk.crash();
        context = context.restartedOn(disk);
    }

    /** Overwrites one byte with another. */
    private static void damage(Path file, long position) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) position] ^= 0x40;
        Files.write(file, bytes);
    }

    private static void append(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes, StandardOpenOption.APPEND);
    }

    private void assertRefused(Class<? extends Exception> type, String... parts) {
        assertThatThrownBy(this::open)
                .isInstanceOf(type)
                .isInstanceOf(IllegalStateException.class)
                .satisfies(refused -> assertThat(refused.getMessage()).contains(parts));
    }

    @Test
    void aCommitTakesOneForce() throws IOException {
        try (MemberUnderTest member = open()) {
            long before = disk.forces();
            for (int i = 0; i < 50; i++) {
                member.commit("record " + i).idle();
            }
            assertThat(disk.forces() - before).isEqualTo(50);
            member.commit("a", "b", "c", "d");
            assertThat(disk.forces() - before).isEqualTo(51);
        }
    }

    @Test
    void whatAKilledProcessLeftInThePageCacheIsForcedBeforeItIsHeard() throws IOException {
        commitAndClose("a");
        disk.syncAll();
        long durable = Files.size(firstSegment());
        try (MemberUnderTest member = open()) {
            member.commit("b", "c");
        }
        byte[] killed = Files.readAllBytes(firstSegment());
        BallotFile.Stored ballot = new BallotFile.Stored(new Ballot(2, 4), 1);

        for (int seed = 0; seed < 20; seed++) {
            new BallotFile(context.dataDirectory(), 4).write(ballot);
            Files.write(firstSegment(), Arrays.copyOf(killed, (int) durable));
            disk.syncAll();
            append(firstSegment(), Arrays.copyOfRange(killed, (int) durable, killed.length));
            assertThat(open().heard().records()).containsExactly("a", "b", "c");

            powerCut();

            try (MemberUnderTest member = open()) {
                assertThat(member.heard().records()).containsExactly("a", "b", "c");
            }
        }
    }

    @Test
    void aTornTailIsCutWithALogLine() throws IOException {
        commitAndClose("a", "b");
        long whole = Files.size(firstSegment());
        append(firstSegment(), new byte[] {(byte) 0x9E, 0x4D, 0x52, 0x46, 0, 0, 0, 9, 1, 2, 3});

        try (MemberUnderTest member = open()) {
            assertThat(member.heard().records()).containsExactly("a", "b");
            member.commit("c");
        }
        assertThat(warnings())
                .singleElement()
                .asString()
                .contains("00000000000000000001.log at byte " + whole)
                .contains("expected a frame's 16 bytes, found 11 bytes to the end of the file")
                .contains("cutting off 11 bytes");
        try (MemberUnderTest member = open()) {
            assertThat(member.heard().records()).containsExactly("a", "b", "c");
        }
    }

    @Test
    void damageBeforeADurableEntryStopsTheStartAndNamesThePlace() throws IOException {
        commitAndClose("a", "b", "c");
        byte[] before = Files.readAllBytes(firstSegment());
        int second = indexOf(before, "b".getBytes(US_ASCII));
        damage(firstSegment(), second);

        assertRefused(
                DamagedStateException.class,
                "00000000000000000001.log at byte ",
                "a body with CRC-32C 0x",
                "(entry 2, with entries up to 3 known to have been durable)",
                "restore the directory from a copy");
        before[second] ^= 0x40;
        assertThat(Files.readAllBytes(firstSegment())).isEqualTo(before);
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        return IntStream.range(0, bytes.length - part.length)
                .filter(at -> Arrays.equals(bytes, at, at + part.length, part, 0, part.length))
                .boxed()
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @Test
    void damageToTheLastEntryIsNoticedByTheMarkBehindIt() throws IOException {
        MemberUnderTest member = open();
        member.commit("a").commit("last").idle();
        disk.syncAll();
        powerCut();
        byte[] bytes = Files.readAllBytes(firstSegment());
        damage(firstSegment(), indexOf(bytes, "last".getBytes(US_ASCII)));

        assertRefused(
                DamagedStateException.class,
                "(entry 2, with entries up to 2 known to have been durable)");
    }

    @Test
    void aLogThatLostItsEndAfterACleanStopIsRefused() throws IOException {
        commitAndClose("a", "b");
        byte[] whole = Files.readAllBytes(firstSegment());
        Files.write(firstSegment(), Arrays.copyOf(whole, Segment.START));

        assertRefused(
                DamagedStateException.class,
                "00000000000000000001.log at byte " + Segment.START,
                "expected entry 1, for entries up to 2 were durable",
                "found the end of the log");
    }

    @Test
    void bytesThatOnlyLookLikeAFrameAreNotTakenForOne() throws IOException {
        String pretended;
        try (MemberUnderTest member = open()) {
            ByteBuffer mark =
                    new FrameWriter()
                            .startAt(0)
                            .begin(FrameKind.MARK, Long.BYTES)
                            .put(1_000_000L)
                            .end()
                            .gathered();
            byte[] bytes = new byte[mark.remaining()];
            mark.get(bytes);
            pretended = new String(bytes, ISO_8859_1);
            member.commit("a");
        }
        byte[] whole = Files.readAllBytes(firstSegment());
        try (MemberUnderTest member = open()) {
            member.commit(pretended.repeat(3));
        }
        byte[] more = Files.readAllBytes(firstSegment());
        // The second entry as a torn tail that begins with a hole.
        byte[] torn = Arrays.copyOf(more, more.length);
        Arrays.fill(torn, whole.length, whole.length + 20, (byte) 0);
        Files.write(firstSegment(), torn);
        new BallotFile(context.dataDirectory(), 4)
                .write(new BallotFile.Stored(new Ballot(2, 4), 1));

        try (MemberUnderTest member = open()) {
            assertThat(member.heard().records()).containsExactly("a");
        }
    }

    @Test
    void aSegmentThatIsMissingIsNoticed() throws IOException {
        try (MemberUnderTest member =
                MemberUnderTest.open(context, Map.of("consensus.raft.segment-bytes", "1KiB"))) {
            for (int i = 0; i < 100; i++) {
                member.commit("record " + i);
            }
        }
        List<String> segments = names(".log");
        assertThat(segments).hasSizeGreaterThan(3);
        Path middle = file(segments.get(1));
        byte[] content = Files.readAllBytes(middle);
        Files.delete(middle);
        assertRefused(
                DamagedStateException.class,
                segments.get(2),
                "expected a segment that begins with entry "
                        + Long.parseLong(segments.get(1).substring(0, 20)));

        Files.write(middle, content);
        Path last = file(segments.getLast());
        Files.delete(last);
        assertRefused(DamagedStateException.class, "for entries up to 100 were durable");
    }

    @Test
    void aDirectoryOfAnotherNodeIsRefused() throws IOException {
        commitAndClose("a");
        context = context.withNodeId(5);

        assertRefused(ForeignStateException.class, "belongs to node 4, this broker is node 5");
    }

    @Test
    void aDirectoryWithOtherFilesIsRefusedAndLeftAlone() throws IOException {
        Files.writeString(file("letters.txt"), "mine");
        Files.writeString(file("letters.tmp"), "mine too");

        assertRefused(
                ForeignStateException.class,
                "expected an empty directory or one with the file 'identity'",
                "found letters.tmp, letters.txt");
        assertThat(names("")).containsExactly("letters.tmp", "letters.txt");
    }

    @Test
    void aDirectoryThatLostItsIdentityIsRefused() throws IOException {
        commitAndClose();
        Files.delete(file("identity"));
        assertRefused(ForeignStateException.class, "found ballot;");

        emptyDisk();
        commitAndClose("a");
        Files.delete(file("identity"));
        assertRefused(ForeignStateException.class, "found 00000000000000000001.log, ballot;");
    }

    @Test
    void aNewerFormatIsRefusedByItsNumber() throws IOException {
        commitAndClose("a");
        for (String name : List.of("identity", "ballot", "00000000000000000001.log")) {
            byte[] original = Files.readAllBytes(file(name));
            byte[] newer = original.clone();
            ByteBuffer header = ByteBuffer.wrap(newer);
            header.putInt(12, 2);
            CRC32C crc = new CRC32C();
            crc.update(newer, 0, 20);
            header.putInt(20, (int) crc.getValue());
            Files.write(file(name), newer);

            assertRefused(
                    ForeignStateException.class,
                    name,
                    "has format version 2, this build reads version 1");
            Files.write(file(name), original);
        }
    }

    @Test
    void aLogWithoutItsBallotIsRefused() throws IOException {
        commitAndClose("a");
        Path ballot = file("ballot");
        byte[] old = Files.readAllBytes(ballot);
        Files.delete(ballot);
        assertRefused(
                DamagedStateException.class, "expected a ballot, as in every formatted directory");

        Files.write(ballot, old);
        commitAndClose("b");
        Files.write(ballot, old);
        assertRefused(
                DamagedStateException.class,
                "expected term 2 of entry 2 or later, found term 1",
                "an older file was put in its place");
    }

    @Test
    void aBallotWithoutItsLogIsRefused() throws IOException {
        commitAndClose("a");
        Files.delete(firstSegment());

        assertRefused(
                DamagedStateException.class,
                "expected at least one segment of the log, for entries up to 1 were durable in"
                        + " term 1, found none");
    }

    @Test
    void aDamagedSnapshotIsPassedOverForTheOneBeforeIt() throws IOException {
        List<String> expected = commitWithSnapshots(70);
        List<String> snapshots = names(".snapshot");
        assertThat(snapshots).hasSize(2);
        damage(file(snapshots.getLast()), Files.size(file(snapshots.getLast())) - 1);

        try (MemberUnderTest member = MemberUnderTest.open(context, SMALL)) {
            assertThat(member.heard().calls()).startsWith("install 40", "committed 41");
            assertThat(member.heard().records()).isEqualTo(expected);
            assertThat(warnings())
                    .singleElement()
                    .asString()
                    .contains("passing over a damaged snapshot", snapshots.getLast());
            assertThat(names(".snapshot"))
                    .containsExactly(
                            snapshots.getFirst(), "00000000000000000070-0000000001.snapshot");
        }
    }

    @Test
    void aLogThatBeginsLateWithoutASnapshotIsRefused() throws IOException {
        commitWithSnapshots(70);
        for (String snapshot : names(".snapshot")) {
            damage(file(snapshot), Files.size(file(snapshot)) - 1);
        }

        String first = names(".log").getFirst();
        assertRefused(
                DamagedStateException.class,
                "the log begins with entry " + Long.parseLong(first.substring(0, 20)),
                "expected a readable snapshot",
                names(".snapshot").getFirst(),
                names(".snapshot").getLast());
        for (String snapshot : names(".snapshot")) {
            Files.delete(file(snapshot));
        }
        assertRefused(DamagedStateException.class, "found none");
    }

    private List<String> commitWithSnapshots(int count) throws IOException {
        try (MemberUnderTest member = MemberUnderTest.open(context, SMALL)) {
            for (int i = 0; i < count; i++) {
                member.commit("record " + i);
            }
            return member.heard().records();
        }
    }

    @Test
    void aFullDiskRefusesProposalsUntilThereIsSpaceAgain() throws IOException {
        try (MemberUnderTest member = open()) {
            member.commit("a");
            try (Fault full =
                    disk.failWrites(
                            path -> path.equals(firstSegment()),
                            new IOException("No space left on device"))) {
                assertThat(member.propose("b", "c"))
                        .allSatisfy(outcome ->
                                assertThat(outcome)
                                        .isInstanceOfSatisfying(
                                                Refused.class,
                                                refused ->
                                                        assertThat(refused.reason())
                                                                .contains("No space left")));
                assertThat(full.met()).isPositive();
            }
            assertThat(member.propose("d")).containsExactly(new Committed(2));
        }
        powerCut();
        try (MemberUnderTest member = open()) {
            assertThat(member.heard().records()).containsExactly("a", "d");
        }
    }

    @Test
    void aSegmentThatCannotBeginRefusesProposalsUntilItCan() throws IOException {
        Map<String, String> small = Map.of("consensus.raft.segment-bytes", "1KiB");
        try (MemberUnderTest member = MemberUnderTest.open(context, small)) {
            member.commit("x".repeat(800));
            try (Fault full =
                    disk.fail(
                            EnumSet.of(DiskOperation.CREATE),
                            path -> true,
                            new IOException("No space left on device"))) {
                assertThat(member.propose("y".repeat(300)).getFirst()).isInstanceOf(Refused.class);
                assertThat(full.met()).isPositive();
                member.commit("small");
            }
            member.commit("y".repeat(300));
        }
        powerCut();
        try (MemberUnderTest member = MemberUnderTest.open(context, small)) {
            assertThat(member.heard().records())
                    .containsExactly("x".repeat(800), "small", "y".repeat(300));
        }
    }

    @Test
    void afterAForceThatFailedNothingIsWrittenAnyMore() throws IOException {
        MemberUnderTest member = open();
        member.commit("a");
        byte[] ballot = Files.readAllBytes(file("ballot"));
        try (Fault broken =
                disk.failForces(
                        path -> path.equals(firstSegment()), new IOException("I/O error"))) {
            assertThatThrownBy(() -> member.propose("b")).hasMessageContaining("I/O error");
            assertThat(broken.met()).isEqualTo(1);
        }
        long writes = disk.writes();
        member.close();

        assertThat(disk.writes()).isEqualTo(writes);
        assertThat(Files.readAllBytes(file("ballot"))).isEqualTo(ballot);
        powerCut();
        try (MemberUnderTest again = open()) {
            assertThat(again.heard().records()).startsWith("a");
        }
    }

    @Test
    void aSnapshotThatCannotBeWrittenIsTriedAgainLater() throws IOException {
        try (MemberUnderTest member = MemberUnderTest.open(context, SMALL)) {
            try (Fault full =
                    disk.failWrites(
                            path -> path.toString().contains(".snapshot"),
                            new IOException("No space left on device"))) {
                for (int i = 0; i < 39; i++) {
                    member.commit("record " + i);
                }
                assertThat(full.met()).isEqualTo(1);
            }
            assertThat(warnings())
                    .singleElement()
                    .asString()
                    .contains("as of entry 20 could not be kept", "No space left on device");
            member.commit("record 39");
        }
        assertThat(names(".snapshot")).containsExactly("00000000000000000040-0000000001.snapshot");
        assertThat(names(".tmp")).isEmpty();
    }

    @Test
    void anInterruptedFormattingIsFinishedWhereverItStopped() throws IOException {
        for (int changes = 0; changes < 40; changes++) {
            disk = SimDisk.create(changes);
            context = SimContext.on(disk, changes).withNodeId(4);
            disk.cutPowerAfter(changes);
            try {
                commitAndClose("a");
            } catch (IOException powerLost) {
                assertThat(disk.lostPower()).isTrue();
            }
            powerCut();
            commitAndClose("b");
            try (MemberUnderTest member = open()) {
                assertThat(member.heard().records()).endsWith("b");
            }
            assertThat(names(".tmp")).isEmpty();
        }
    }

    @Test
    void moreVotersThanThisBuildKnowsAreRefused() throws IOException {
        commitAndClose("a");
        new IdentityFile(context.dataDirectory(), 4).write(List.of(4, 5, 6));

        assertRefused(ForeignStateException.class, "its voters are [4, 5, 6]");
    }
}
