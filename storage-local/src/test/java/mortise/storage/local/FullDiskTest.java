package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.EnumSet;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogId;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * A disk without room refuses by name, harms nothing, and everything goes on when there is some.
 */
class FullDiskTest {
    private SimDisk disk = SimDisk.create(1);
    private Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads());

    private void full() {
        disk.limit(disk.usedBytes());
    }

    private void roomAgain() {
        disk.limit(Long.MAX_VALUE / 2);
    }

    private void crash() {
        disk = disk.crash();
        broker = Broker.on(broker.context().restartedOn(disk));
    }

    private void refused(ThrowingCallable call) {
        StorageException refusal = catchThrowableOfType(StorageException.class, call);
        assertThat(refusal).hasMessageContaining("the disk is full");
        assertThat(refusal.reach()).isEqualTo(Reach.CALL);
        assertThat(broker.log().directory().failure()).isEmpty();
    }

    @Test
    void aSidecarWaitsForRoomAndTheLogIsDurableMeanwhile() {
        broker.append(10, 100, 1);
        broker.log().putSidecar(SidecarKind.PRODUCER_STATE, 10, ByteBuffer.allocate(50));
        full();
        refused(() -> broker.log().sync());
        assertThat(broker.log().durableEnd().offset()).isEqualTo(10);
        assertThat(broker.read(0)).isNotEmpty();
        roomAgain();
        assertThat(broker.log().sync().offset()).isEqualTo(10);
        crash();

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 10));
        assertThat(broker.log().latestSidecar(SidecarKind.PRODUCER_STATE, 10)).isPresent();
    }

    @Test
    void deletingALogNeedsNoRoom() {
        LogId payments = Broker.id("payments", 0);
        PartitionLog log = broker.store().open(payments, Broker.SMALL);
        log.append(Batches.of(0, 10, 100, 1));
        log.sync();
        log.advanceStart(5);
        full();
        broker.store().delete(payments);
        assertThat(broker.log().directory().failure()).isEmpty();
        assertThat(broker.store().stored()).doesNotContain(payments);
        roomAgain();
        // its old start must not become that of a log of the same name
        PartitionLog again = broker.store().open(payments, Broker.SMALL);
        again.append(Batches.of(0, 2, 100, 1));
        again.sync();
        crash();

        assertThat(broker.store().open(payments, Broker.SMALL).bounds())
                .isEqualTo(new LogBounds(0, 2));
    }

    @Test
    void aTruncationIsRefusedAndChangesNothing() {
        for (int i = 0; i < 20; i++) {
            broker.append(2, 900, i);
        }
        broker.log().sync();
        broker.context().clock().advance(java.time.Duration.ofMinutes(1));
        byte[] before = broker.readAll(0);
        full();
        refused(() -> broker.log().truncateTo(3));
        assertThat(broker.readAll(0)).isEqualTo(before);
        roomAgain();

        assertThat(broker.log().truncateTo(4).offset()).isEqualTo(4);
    }

    @Test
    void aStartThatCouldNotBeRecordedDoesNotMoveLater() {
        broker.append(10, 100, 1);
        broker.log().sync();
        try (Fault fault =
                disk.fail(
                        EnumSet.of(DiskOperation.WRITE),
                        path -> path.endsWith(SegmentManifest.FILE),
                        new IOException("No space left on device"))) {
            refused(() -> broker.log().advanceStart(5));
            assertThat(fault.met()).isPositive();
        }
        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 10));
        broker.append(10, 100, 2);
        broker.log().sync(); // writes the manifest anew
        crash();

        assertThat(broker.log().bounds().startOffset()).isZero();
    }

    /** The start is a line in a file that is there, so retention can make room. */
    @Test
    void theStartMovesOnAFullDisk() {
        for (int i = 0; i < 20; i++) {
            broker.append(2, 900, i);
        }
        broker.log().sync();
        full();
        broker.log().advanceStart(20);
        crash();

        assertThat(broker.log().bounds().startOffset()).isEqualTo(20);
    }

    @Test
    void anIndexThatIsToBeBuiltAnewRefusesReadsOnly() throws IOException {
        for (int i = 0; i < 20; i++) {
            broker.append(2, 900, i);
        }
        broker.close();
        Files.delete(broker.directory().resolve(LogFiles.name(0, LogFiles.OFFSET_INDEX)));
        disk.syncAll();
        broker = Broker.on(broker.context().restarted());
        full();
        refused(() -> broker.read(0));
        assertThat(broker.read(38)).isNotEmpty();
        roomAgain();
        assertThat(broker.read(0)).isNotEmpty();
    }

    @Test
    void aDirectoryIsLetGoOfThoughItsCheckpointsCouldNotBeWritten() {
        broker.append(10, 100, 1);
        full();
        assertThatThrownBy(broker::close).isInstanceOf(StorageException.class);
        roomAgain();
        broker = Broker.on(broker.context().restarted());

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(0, 10));
    }
}
