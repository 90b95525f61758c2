package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import mortise.api.TopicPartition;
import mortise.tck.sim.Fault;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Offsets in Kafka's checkpoint text, and the map behind them. */
class OffsetCheckpointTest {
    private static final TopicPartition ORDERS_3 = new TopicPartition("orders", 3);
    private static final TopicPartition A_12 = new TopicPartition("a.b_c-9", 12);

    private final SimDisk disk = SimDisk.create(1);
    private final Path file = disk.root().resolve("checkpoint");
    private final CheckpointedOffsets offsets = new CheckpointedOffsets(new OffsetCheckpoint(file));

    @Test
    void theTextIsKafkas() throws IOException {
        offsets.set(ORDERS_3, 42);
        offsets.setDurably(A_12, 5_000_000_000L);

        assertThat(file).hasContent("0\n2\na.b_c-9 12 5000000000\norders 3 42\n");
        assertThat(new OffsetCheckpoint(file).read())
                .isEqualTo(Map.of(ORDERS_3, 42L, A_12, 5_000_000_000L));
    }

    @ParameterizedTest
    @CsvSource({
        "'1\n0\n', line 1, the version 0",
        "'0\n2\norders 3 42\n', line 2, the number of lines that follow",
        "'0\n1\norders 3\n', line 3, topic partition and offset",
        "'0\n1\norders x 42\n', line 3, topic partition and offset",
        "'0\n1\norders 3 99999999999999999999\n', line 3, topic partition and offset",
        "'0\n', line 2, the number of lines that follow"
    })
    void aDamagedFileIsRefusedWithItsLine(String text, String line, String wanted)
            throws IOException {
        Files.writeString(file, text);

        assertThatThrownBy(() -> new OffsetCheckpoint(file).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(line + " of " + file)
                .satisfies(failed ->
                        assertThat(String.valueOf(failed.getMessage()).replace(",", ""))
                                .contains(wanted));
    }

    @Test
    void noFileAndAnEmptyOneHoldNothing() throws IOException {
        assertThat(new OffsetCheckpoint(file).read()).isEmpty();
        Files.writeString(file, "");
        assertThat(new OffsetCheckpoint(file).read()).isEmpty();
    }

    @Test
    void linesOfLogsThatAreGoneAreRemovedAtOnce() throws IOException {
        Files.writeString(file, "0\n2\na.b_c-9 12 7\norders 3 42\n");

        offsets.load(Set.of(ORDERS_3));

        assertThat(offsets.of(ORDERS_3)).isEqualTo(42);
        assertThat(offsets.of(A_12)).isZero();
        assertThat(file).hasContent("0\n1\norders 3 42\n");
    }

    @Test
    void anUnchangedMapIsNotWrittenAgain() throws IOException {
        offsets.setDurably(ORDERS_3, 42);
        long writes = disk.writes();
        offsets.setDurably(ORDERS_3, 42);
        offsets.lowerDurably(ORDERS_3, 50);
        offsets.write();

        assertThat(disk.writes()).isEqualTo(writes);
        offsets.lowerDurably(ORDERS_3, 40);
        assertThat(file).hasContent("0\n1\norders 3 40\n");
    }

    @Test
    void aFailedWriteLeavesTheOldOffsetAndTheNextWriteDoesAll() throws IOException {
        offsets.setDurably(ORDERS_3, 42);
        try (Fault fault = disk.failWrites(path -> true, new IOException("no"))) {
            assertThatThrownBy(() -> offsets.setDurably(ORDERS_3, 50))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> offsets.remove(ORDERS_3)).isInstanceOf(IOException.class);
            assertThat(fault.met()).isEqualTo(2);
        }
        assertThat(file).hasContent("0\n1\norders 3 42\n");

        offsets.remove(ORDERS_3);

        assertThat(file).hasContent("0\n0\n");
    }

    @Seeded(runs = 50)
    void aCrashLeavesTheOldTextOrTheNew(long seed) throws IOException {
        SimDisk before = SimDisk.create(seed);
        CheckpointedOffsets written =
                new CheckpointedOffsets(new OffsetCheckpoint(before.root().resolve("checkpoint")));
        written.setDurably(ORDERS_3, 1);
        written.setDurably(ORDERS_3, 2);
        before.cutPowerAfter(seed % 5);
        boolean done = true;
        try {
            written.setDurably(ORDERS_3, 3);
        } catch (IOException powerFailed) {
            done = false;
        }
        SimDisk after = before.crash();
        Map<TopicPartition, Long> read =
                new OffsetCheckpoint(after.root().resolve("checkpoint")).read();

        assertThat(read.get(ORDERS_3)).isIn(done ? Set.of(3L) : Set.of(2L, 3L));
    }
}
