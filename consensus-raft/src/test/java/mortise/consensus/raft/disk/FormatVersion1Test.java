package mortise.consensus.raft.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mortise.consensus.raft.MemberUnderTest;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/**
 * The bytes of format version 1, as a directory that was written once and is checked in. They are
 * never written again: a change of the format is a new version, with a directory of its own.
 */
class FormatVersion1Test {
    private static final int NODE = 7;
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "consensus.raft.segment-bytes", "1KiB",
                    "consensus.raft.snapshot-entries", "4");
    private static final String EVERY_BYTE =
            IntStream.range(0, 256)
                    .collect(
                            StringBuilder::new,
                            (text, value) -> text.append((char) value),
                            StringBuilder::append)
                    .toString();
    private static final List<String> RECORDS =
            List.of(
                    "alpha",
                    "beta",
                    "",
                    "gamma",
                    EVERY_BYTE,
                    "x".repeat(700),
                    "delta",
                    "epsilon",
                    "zeta",
                    "eta",
                    "theta");

    private final SimContext context = SimContext.on(SimDisk.create(1), 1).withNodeId(NODE);

    /** Does what the checked-in directory was written by. */
    private void write() throws IOException {
        try (MemberUnderTest member = MemberUnderTest.open(context, SETTINGS)) {
            member.commit("alpha").idle();
            member.commitTogether("beta", "", "gamma");
        }
        try (MemberUnderTest member = MemberUnderTest.open(context, SETTINGS)) {
            member.commit(EVERY_BYTE, "x".repeat(700)).idle();
            member.commit("delta").commitTogether("epsilon", "zeta").idle();
            member.commit("eta", "theta").idle();
        }
    }

    private static Path golden() {
        try {
            return Path.of(FormatVersion1Test.class.getResource("version-1").toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Map<String, byte[]> files(Path directory) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                if (!file.getFileName().toString().equals("lock")) {
                    files.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        }
        return files;
    }

    @Test
    void whatVersion1WroteIsRead() throws IOException {
        for (Map.Entry<String, byte[]> file : files(golden()).entrySet()) {
            Files.write(context.dataDirectory().resolve(file.getKey()), file.getValue());
        }
        try (MemberUnderTest member = MemberUnderTest.open(context, SETTINGS)) {
            assertThat(member.epoch()).isEqualTo(3);
            assertThat(member.heard().calls()).startsWith("install 8", "leadership 3 at 8");
            assertThat(member.heard().records()).isEqualTo(RECORDS);
        }
    }

    @Test
    void theLogOfVersion1IsReadWithoutItsNewestSnapshot() throws IOException {
        for (Map.Entry<String, byte[]> file : files(golden()).entrySet()) {
            Files.write(context.dataDirectory().resolve(file.getKey()), file.getValue());
        }
        byte[] empty = {};
        Files.write(
                context.dataDirectory().resolve("00000000000000000008-0000000002.snapshot"), empty);
        try (MemberUnderTest member = MemberUnderTest.open(context, SETTINGS)) {
            assertThat(member.heard().calls())
                    .startsWith("install 4", "committed 5", "committed 6", "committed 7");
            assertThat(member.heard().records()).isEqualTo(RECORDS);
        }
    }

    @Test
    void theSameHistoryGivesTheSameBytes() throws IOException {
        write();

        Map<String, byte[]> written = files(context.dataDirectory());
        Map<String, byte[]> expected = files(golden());
        assertThat(written.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, bytes) -> assertThat(written.get(name)).as(name).isEqualTo(bytes));
    }
}
