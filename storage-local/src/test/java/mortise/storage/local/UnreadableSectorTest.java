package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.UnreadableDataException;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/** A long read that meets a place which the disk does not give back, wherever it lies. */
class UnreadableSectorTest {
    private static final LogSettings ONE_SEGMENT =
            new LogSettings(
                    4 << 20,
                    Broker.SMALL.segmentAge(),
                    Broker.SMALL.indexIntervalBytes(),
                    1 << 20,
                    false,
                    Broker.SMALL.fileDeleteDelay());

    @Test
    void wholeBatchesBeforeItAreServed() {
        SimDisk disk = SimDisk.create(1);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads(), ONE_SEGMENT)) {
            int first = 0;
            for (int i = 0; i < 20; i++) {
                byte[] batch = broker.append(5, 30_000, 1_000 + i).bytes();
                written.writeBytes(batch);
                first = i == 0 ? batch.length : first;
            }
            TreeSet<Integer> served = new TreeSet<>();
            int refused = 0;
            // the reads of the file fail one call later each time, until none does
            for (int good = 0; !served.contains(written.size()); good++) {
                assertThat(good).as("reads of one call").isLessThan(50);
                byte[] read = readWithFailureAfter(good, broker, disk);
                if (read.length == 0) {
                    refused++;
                } else {
                    assertThat(read).startsWith(Arrays.copyOf(written.toByteArray(), first));
                    assertThat(read).isEqualTo(Arrays.copyOf(written.toByteArray(), read.length));
                    served.add(read.length);
                }
            }

            assertThat(refused).as("reads refused before the first batch").isPositive();
            assertThat(served).as("lengths of what was served").hasSizeGreaterThan(2);
        }
    }

    /** What is served if the disk gives so many reads of the file and no more; empty if refused. */
    private static byte[] readWithFailureAfter(int good, Broker broker, SimDisk disk) {
        Path file = broker.directory().resolve(LogFiles.name(0, LogFiles.LOG));
        AtomicInteger left = new AtomicInteger(good);
        LogSlice slice;
        try (Fault fault =
                disk.fail(
                        EnumSet.of(DiskOperation.READ),
                        path -> path.equals(file) && left.getAndDecrement() <= 0,
                        new IOException("Input/output error"))) {
            slice = broker.log().read(0, broker.log().end(), Integer.MAX_VALUE, true);
            assertThat(fault.met()).isLessThan(2);
        } catch (UnreadableDataException refusal) {
            assertThat(refusal.damaged()).isFalse();
            return new byte[0];
        }
        try (slice) {
            return Broker.bytes(slice);
        }
    }
}
