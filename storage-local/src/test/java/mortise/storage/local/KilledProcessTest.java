package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that was killed on a machine that goes on has lost nothing but its last write. */
class KilledProcessTest {
    private static final int MAGIC_AT = 16;
    private static final int CRC_AT = 17;

    private SimDisk disk = SimDisk.create(1);
    private Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads());

    /** Three batches: of offsets 0 to 2, 3 to 5 and 6 to 8; the first is synced. */
    private Batches[] threeBatches() {
        Batches first = broker.append(3, 100, 1);
        broker.log().sync();
        return new Batches[] {first, broker.append(3, 100, 2), broker.append(3, 100, 3)};
    }

    private Path segment() {
        return broker.context()
                .restartedOn(disk)
                .dataDirectory()
                .resolve("logs/orders-3/00000000000000000000.log");
    }

    private Path note() {
        return segment().resolveSibling("..").normalize().resolve(OpenedSinceBoot.FILE);
    }

    private void startAgain() {
        broker = Broker.on(broker.context().restartedOn(disk));
    }

    @Test
    void nothingIsForcedAndWhatIsNotKnownToBeSyncedIsSaid() throws IOException {
        Batches[] batches = threeBatches();
        disk = disk.kill();
        long before = disk.forces(segment());
        startAgain();
        assertThat(disk.forces(segment())).isEqualTo(before);
        assertThat(broker.log().end().offset()).isEqualTo(9);
        assertThat(broker.log().durableEnd().offset()).isLessThan(9);
        assertThat(broker.read(6)).isEqualTo(batches[2].bytes());

        assertThat(broker.log().sync().offset()).isEqualTo(9);
        disk = disk.crash();
        startAgain();
        assertThat(broker.log().end().offset()).isEqualTo(9);
    }

    @Test
    void afterAPowerCutWhatWasNotSyncedIsLookedAt() throws IOException {
        threeBatches();
        disk = disk.crash();
        long before = disk.forces(segment());
        startAgain();
        assertThat(disk.forces(segment())).isGreaterThan(before);
        assertThat(broker.log().durableEnd()).isEqualTo(broker.log().end());
    }

    /**
     * Its checksum, or its header: the walk over the headers stops at the one and not the other.
     */
    @ParameterizedTest
    @ValueSource(ints = {CRC_AT, MAGIC_AT})
    void aBatchThatRotsIsRefusedAndTheRestIsServed(int at) throws IOException {
        Batches[] batches = threeBatches();
        disk = disk.kill();
        disk.flipBit(segment(), batches[0].sizeInBytes() + at, 3);
        startAgain();
        assertThat(broker.log().end().offset()).isEqualTo(9);
        assertThat(broker.read(0)).startsWith(batches[0].bytes());
        assertThatThrownBy(() -> broker.read(3))
                .isInstanceOf(UnreadableDataException.class)
                .hasMessageContaining("00000000000000000000.log");
        assertThat(broker.read(6)).isEqualTo(batches[2].bytes());
    }

    @Test
    void theWriteThatWasUnderWayIsCut() throws IOException {
        Batches[] batches = threeBatches();
        disk = disk.kill();
        try (FileChannel file = FileChannel.open(segment(), StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 5);
        }
        startAgain();
        assertThat(broker.log().end().offset()).isEqualTo(6);
        assertThat(broker.read(3)).isEqualTo(batches[1].bytes());
        assertThat(broker.context().logger().lines())
                .anyMatch(line -> line.text().contains("truncating to offset 6"));
    }

    /** A batch that looks torn and has sound ones behind it was whole when it was written. */
    @Test
    void aLengthThatRotsIsNotTakenForATornWrite() throws IOException {
        Batches[] batches = threeBatches();
        disk = disk.kill();
        disk.flipBit(segment(), batches[0].sizeInBytes() + 8, 6);
        startAgain();
        assertThat(broker.log().end().offset()).isEqualTo(9);
        assertThat(broker.read(6)).isEqualTo(batches[2].bytes());
        assertThat(broker.context().logger().lines())
                .anyMatch(line -> line.text().contains("are damaged; they stay where they are"));
    }

    @Test
    void whatADiskMayHaveLostIsNotBelieved() throws IOException {
        threeBatches();
        assertThat(note()).exists();
        try (Fault _ = disk.failForces(path -> true, new IOException("Input/output error"))) {
            assertThatThrownBy(() -> broker.log().sync()).isInstanceOf(StorageException.class);
        }
        assertThat(note()).doesNotExist();
    }

    @Test
    void aStopLeavesNoNote() {
        threeBatches();
        broker.close();
        assertThat(note()).doesNotExist();
    }

    /** Of a line that was cut off the log's name may be another's. */
    @Test
    void aLineThatWasCutOffIsNotBelieved() throws IOException {
        threeBatches();
        disk = disk.kill();
        String text = Files.readString(note());
        Files.writeString(note(), text.stripTrailing());
        long before = disk.forces(segment());
        startAgain();
        assertThat(disk.forces(segment())).isGreaterThan(before);
    }

    /** Elsewhere than on Linux nobody says which boot it is. */
    @Test
    void withoutABootIdNothingIsNoted() throws IOException {
        threeBatches();
        disk = disk.kill();
        try (Fault _ =
                disk.fail(
                        java.util.EnumSet.of(DiskOperation.OPEN),
                        path -> path.toString().endsWith("boot_id"),
                        new java.nio.file.NoSuchFileException("boot_id"))) {
            long before = disk.forces(segment());
            startAgain();
            assertThat(disk.forces(segment())).isGreaterThan(before);
            assertThat(note()).doesNotExist();
        }
    }
}
