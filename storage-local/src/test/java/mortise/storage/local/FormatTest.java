package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.SidecarKind;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bytes of a log directory as the first release writes them are checked in under {@code
 * version-0}: what is written today is the same, and what was written then is read. A change of
 * format gets a folder of its own beside it. Run with {@code -Dmortise.golden.write=true} to write
 * the folder.
 */
class FormatTest {
    private static final Path RELEASES = Path.of("src/test/resources/mortise/storage/local");

    /** What is written today; version-0 had no manifest and no identities of logs. */
    private static final Path GOLDEN = RELEASES.resolve("version-2");

    private final SimContext context = SimContext.on(SimDisk.create(1), 1).withInlineThreads();

    private Path logs() {
        return context.dataDirectory().resolve("logs");
    }

    /** Two segments with indexes, a moved start, sidecars, closed cleanly. */
    private List<Batches> write() {
        Broker broker = Broker.on(context);
        List<Batches> appended = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            appended.add(broker.append(2, 900, 1_700_000_000_000L + i));
        }
        broker.log().putSidecar(SidecarKind.PRODUCER_STATE, 30, text("producers"));
        broker.log().putSidecar(SidecarKind.LEADER_EPOCHS, 30, text("0\n1\n3 0\n"));
        broker.log().sync();
        broker.log().advanceStart(3);
        broker.close();
        context.clock().advance(Duration.ofMinutes(2));
        return appended;
    }

    private static ByteBuffer text(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    /** Every file but the lock, which names a process. */
    private static Map<String, byte[]> files(Path root) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(root)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                String name = root.relativize(file).toString();
                if (!name.equals(".lock")) {
                    files.put(name, Files.readAllBytes(file));
                }
            }
        }
        return files;
    }

    @Test
    void whatIsWrittenTodayIsWhatVersionTwoWrote() throws IOException {
        write();
        Map<String, byte[]> written = files(logs());
        if (Boolean.getBoolean("mortise.golden.write")) {
            for (Map.Entry<String, byte[]> file : written.entrySet()) {
                Path golden = GOLDEN.resolve(file.getKey());
                Files.createDirectories(golden.getParent());
                Files.write(golden, file.getValue());
            }
        }
        Map<String, byte[]> golden = files(GOLDEN);
        assertThat(written.keySet())
                .isEqualTo(golden.keySet())
                .contains(
                        ".kafka_cleanshutdown",
                        "log-start-offset-checkpoint",
                        "mortise-directory",
                        "orders-3/00000000000000000000.log",
                        "orders-3/00000000000000000030.epochs",
                        "orders-3/00000000000000000030.snapshot",
                        "orders-3/leader-epoch-checkpoint",
                        "orders-3/partition.metadata",
                        "orders-3/segment-manifest",
                        "mortise-logs",
                        "recovery-point-offset-checkpoint");
        written.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(golden.get(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"version-0", "version-1", "version-2"})
    void whatEveryVersionWroteIsRead(String version) throws IOException {
        List<Batches> expected = new FormatTest().write();
        for (Map.Entry<String, byte[]> file : files(RELEASES.resolve(version)).entrySet()) {
            Path copy = logs().resolve(file.getKey());
            Files.createDirectories(copy.getParent());
            Files.write(copy, file.getValue());
        }
        Broker broker = Broker.on(context);

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(3, 30));
        assertThat(broker.readAll(3))
                .isEqualTo(
                        LocalPartitionLogTest.join(
                                expected.subList(1, 15).stream().map(Batches::bytes).toList()));
        assertThat(broker.log().offsetAtOrAfter(1_700_000_000_007L))
                .hasValueSatisfying(found -> assertThat(found.baseOffset()).isEqualTo(14));
        assertThat(broker.log().latestSidecar(SidecarKind.PRODUCER_STATE, 30))
                .hasValueSatisfying(
                        found -> assertThat(found.content()).isEqualTo(text("producers")));
        assertThat(broker.log().latestSidecar(SidecarKind.LEADER_EPOCHS, 30))
                .hasValueSatisfying(
                        found -> assertThat(found.content()).isEqualTo(text("0\n1\n3 0\n")));
        assertThat(broker.log().missing()).isEmpty();
        broker.close();
    }
}
