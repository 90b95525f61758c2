package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.UnreadableDataException;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damage in cold data: the reads that meet it name the file and the place, everything else goes on.
 */
class RottenReadTest {
    private static final int BATCHES = 60;
    private static final int RECORDS = 5;

    /** The batch that is damaged, in the middle of the first segment. */
    private static final int VICTIM = 20;

    private static final LogSettings SEGMENTS =
            new LogSettings(
                    10_500,
                    Broker.SMALL.segmentAge(),
                    512,
                    1 << 20,
                    false,
                    Broker.SMALL.fileDeleteDelay());

    private final SimDisk disk = SimDisk.create(1);
    private final Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads(), SEGMENTS);
    private final List<byte[]> batches = new ArrayList<>();
    private final List<Integer> positions = new ArrayList<>();
    private Path log;
    private Path index;

    @BeforeEach
    void write() throws IOException {
        int position = 0;
        for (int i = 0; i < BATCHES; i++) {
            Batches batch = broker.append(RECORDS, 150, 1_000 + i);
            batches.add(batch.bytes());
            positions.add(position);
            position += batch.bytes().length;
        }
        log = broker.directory().resolve(LogFiles.name(0, LogFiles.LOG));
        index = broker.directory().resolve(LogFiles.name(0, LogFiles.OFFSET_INDEX));
        broker.log().sync();
        assertThat(Files.size(log)).as("the victim lies in it").isGreaterThan(positions.get(39));
        broker.reopen(SEGMENTS);
    }

    private byte[] readBatch(int batch) {
        byte[] wanted = batches.get(batch);
        byte[] read = broker.read((long) batch * RECORDS);
        return Arrays.copyOf(read, wanted.length);
    }

    private UnreadableDataException refused(ThrowingCallable call) {
        UnreadableDataException refusal = catchThrowableOfType(UnreadableDataException.class, call);
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal;
    }

    private void isSound(int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(readBatch(i)).as("batch %s", i).isEqualTo(batches.get(i));
        }
    }

    private void theLogGoesOn() {
        assertThat(broker.log().directory().failure()).isEmpty();
        long at = broker.log().end().offset();
        Batches more = broker.append(RECORDS, 150, 9_000);
        assertThat(broker.log().sync().offset()).isEqualTo(at + RECORDS);
        assertThat(broker.read(at)).isEqualTo(more.bytes());
        assertThat(broker.log().largestTimestamp()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 16})
    void aRottenHeaderRefusesReadsUpToTheNextIndexedBatch(int field) throws IOException {
        disk.flipBit(log, positions.get(VICTIM) + field, 6);
        UnreadableDataException refusal = refused(() -> readBatch(VICTIM));
        assertThat(refusal.damaged()).isTrue();
        assertThat(refusal).hasMessageContaining(DiskFiles.name(log) + " of orders-3");
        assertThat(refusal).hasMessageContaining(Integer.toString(positions.get(VICTIM)));
        isSound(0, VICTIM);
        isSound(VICTIM + 4, BATCHES);
        theLogGoesOn();
    }

    /** Each entry of the index, its key or its position, one bit after the other. */
    @Test
    void aRottenIndexEntryMisleadsNobody() throws IOException {
        long entries = Files.size(index) / IndexFile.OFFSET_ENTRY_BYTES;
        assertThat(entries).isGreaterThan(5);
        isSound(0, 5); // the index is loaded and sound
        for (int at = 0; at < IndexFile.OFFSET_ENTRY_BYTES; at++) {
            for (int bit = 0; bit < 7; bit += 3) {
                long position = entries / 2 * IndexFile.OFFSET_ENTRY_BYTES + at;
                disk.flipBit(index, position, bit);
                isSound(0, BATCHES);
                disk.flipBit(index, position, bit);
            }
        }
        theLogGoesOn();
    }

    @Test
    void aFileThatWasCutGivesWhatItHas() throws IOException {
        int cut = positions.get(VICTIM) + 100;
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.truncate(cut);
        }
        isSound(0, VICTIM);
        byte[] head = broker.read((long) (VICTIM - 2) * RECORDS);
        assertThat(head.length).as("nothing beyond the file").isLessThanOrEqualTo(cut);
        assertThat(refused(() -> readBatch(VICTIM)).damaged()).isTrue();
        refused(() -> readBatch(VICTIM + 1));
        isSound(41, BATCHES);
        theLogGoesOn();
    }

    @Test
    void aDiskThatDoesNotGiveAPartIsAskedForTheRest() {
        AtomicBoolean broken = new AtomicBoolean(true);
        try (Fault fault =
                disk.fail(
                        EnumSet.of(DiskOperation.READ),
                        path -> broken.get() && path.equals(log),
                        new IOException("Input/output error"))) {
            UnreadableDataException refusal = refused(() -> readBatch(VICTIM));
            assertThat(refusal.damaged()).as("bytes that are not to be had").isFalse();
            assertThat(refusal).hasMessageContaining("Input/output error");
            assertThat(fault.met()).isPositive();
            isSound(BATCHES - 2, BATCHES);
            refused(() -> broker.log().offsetAtOrAfter(1_020));
            theLogGoesOn();
        }
        isSound(0, BATCHES);
    }

    @Test
    void aFileThatIsGoneRefusesItsReads() throws IOException {
        Files.delete(log);
        assertThat(refused(() -> readBatch(VICTIM)).damaged()).isFalse();
        isSound(BATCHES - 2, BATCHES);
        theLogGoesOn();
    }

    @Test
    void aLookupByTimeThatMeetsDamageIsRefusedAndOthersAreNot() throws IOException {
        disk.flipBit(log, positions.get(VICTIM) + 16, 6);
        assertThat(refused(() -> broker.log().offsetAtOrAfter(1_000 + VICTIM)).damaged()).isTrue();
        assertThat(broker.log().offsetAtOrAfter(1_000).orElseThrow().baseOffset()).isZero();
        assertThat(broker.log().offsetAtOrAfter(1_000 + BATCHES - 1).orElseThrow().baseOffset())
                .isEqualTo((BATCHES - 1L) * RECORDS);
        theLogGoesOn();
    }
}
