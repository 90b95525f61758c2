package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import mortise.spi.storage.LogSettings;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system: what its files hold is asked of {@code stat}. */
final class SpaceAheadTest {
    private static final int VALUE_BYTES = 1 << 20;
    private static final long STEP = SpaceAllocator.STEP_BYTES;
    private static final LogSettings LARGE =
            new LogSettings(
                    64 << 20,
                    Broker.SMALL.segmentAge(),
                    4_096,
                    1 << 20,
                    false,
                    Broker.SMALL.fileDeleteDelay());

    @TempDir private Path directory;
    private SimContext context;
    private Broker broker;

    @BeforeEach
    void start() throws IOException {
        FileStore store = Files.getFileStore(directory);
        assumeTrue(store.type().equals("ext4"), "blocks are given on ext4; this is " + store);
        assumeTrue(store.getUsableSpace() > (2L << 30), "the disk is too full for it");
        assumeTrue(NativeFiles.find().isPresent(), "needs native access");
        start("64MiB");
    }

    private void start(String most) {
        context = SimContext.on(directory, 1).withInlineThreads();
        broker = Broker.on(context, LARGE, Map.of("storage.local.allocate-ahead", most));
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private Path segment(long baseOffset) {
        return broker.directory().resolve(LogFiles.name(baseOffset, LogFiles.LOG));
    }

    /** How many bytes of blocks the file has beyond its length. */
    private static long ahead(Path file) throws IOException {
        Process stat =
                new ProcessBuilder("stat", "--format=%b %B %s", file.toString())
                        .redirectErrorStream(true)
                        .start();
        String[] parts =
                new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .strip()
                        .split(" ", -1);
        long length = Long.parseLong(parts[2]);
        assertThat(length).as("the length stays").isEqualTo(Files.size(file));
        return Long.parseLong(parts[0]) * Long.parseLong(parts[1]) - length;
    }

    private void append(int batches) {
        for (int i = 0; i < batches; i++) {
            broker.append(1, VALUE_BYTES, 1_000);
        }
        broker.log().sync(); // otherwise blocks are not counted that ext4 has not chosen yet
    }

    @Test
    void aSegmentThatIsFilledQuicklyIsGivenBlocksAndGivesThemBack() throws IOException {
        append(3);
        assertThat(ahead(segment(0))).as("it has not shown yet that it is").isLessThan(STEP / 2);
        append(3);
        assertThat(ahead(segment(0))).as("ahead").isBetween(STEP / 2, 2 * STEP);
        append(34);
        assertThat(ahead(segment(0))).as("further on").isBetween(STEP / 4, 2 * STEP);

        byte[] before = broker.readAll(0);
        broker.close();
        assertThat(ahead(segment(0))).as("after a clean stop").isLessThan(1 << 20);
        start("64MiB");
        assertThat(broker.readAll(0)).isEqualTo(before);
    }

    @Test
    void theSegmentBehindOneThatWasIsGivenBlocksFromItsBegin() throws IOException {
        append(65);
        assertThat(broker.log().end().offset()).isEqualTo(65);
        Path second = segment(63);
        assertThat(second).exists();
        assertThat(ahead(segment(0))).as("the first, which is complete").isLessThan(1 << 20);
        assertThat(ahead(second)).as("the second").isBetween(STEP / 2, 2 * STEP);
        append(1);
        assertThat(broker.readAll(0)).hasSize(Math.toIntExact(broker.log().sizeInBytes()));
    }

    @Test
    void aSegmentThatIsFilledSlowlyIsGivenNone() throws IOException {
        for (int i = 0; i < 20; i++) {
            append(1);
            context.clock().advance(Duration.ofSeconds(20));
        }
        assertThat(ahead(segment(0))).isLessThan(1 << 20);
    }

    @Test
    void aLogThatIsCutKeepsItsRecordsAndGivesBlocksBackWhenItIsComplete() throws IOException {
        append(40);
        broker.log().truncateTo(20);
        append(2);
        byte[] before = broker.readAll(0);
        broker.close();
        assertThat(ahead(segment(0))).isLessThan(1 << 20);
        start("64MiB");
        assertThat(broker.readAll(0)).isEqualTo(before);
        assertThat(broker.log().end().offset()).isEqualTo(22);
    }

    @Test
    void nothingIsGivenWhereItIsTurnedOff() throws IOException {
        broker.close();
        start("0");
        append(20);
        assertThat(ahead(segment(0))).isLessThan(1 << 20);
    }
}
