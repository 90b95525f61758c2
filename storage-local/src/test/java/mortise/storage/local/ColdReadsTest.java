package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.UnreadableDataException;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system, whose pages the kernel is told to forget. */
final class ColdReadsTest {
    private static final int BATCHES = 640;
    private static final int VALUE_BYTES = 4_000;
    private static final int PLENTY = 8 << 20;

    /** But for a short rest at the end, which is not worth it. */
    private static final int ALMOST_ALL = BATCHES - 20;

    private static final LogSettings LARGE =
            new LogSettings(
                    64 << 20,
                    Broker.SMALL.segmentAge(),
                    512,
                    1 << 20,
                    false,
                    Broker.SMALL.fileDeleteDelay());

    @TempDir private Path directory;
    private SimContext context;
    private Broker broker;
    private byte[] written;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        broker = started(Map.of());
        ByteBuffer all = ByteBuffer.allocate(BATCHES * (VALUE_BYTES + 200));
        for (int i = 0; i < BATCHES; i++) {
            all.put(broker.append(1, VALUE_BYTES, 1_000 + i).bytes());
        }
        written = Arrays.copyOf(all.array(), all.position());
        file = broker.directory().resolve(LogFiles.name(0, LogFiles.LOG));
        broker.log().sync();
        // what the recent window has is not read from the disk
        broker.reopen(LARGE);
        forget();
    }

    private Broker started(Map<String, String> config) {
        context = SimContext.on(directory, 1).withInlineThreads();
        return Broker.on(context, LARGE, config);
    }

    private void forget() throws IOException {
        assumeTrue(KernelPages.forget(file), "the kernel keeps this file system's pages");
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private LogSlice read(long offset, int maxBytes) {
        return broker.log().read(offset, broker.log().end(), maxBytes, true);
    }

    @Test
    void whatThePageCacheHasNotIsReadPastItAndLeavesItSo() throws IOException {
        long before = KernelPages.resident(file);
        int at = 0;
        int reads = 0;
        for (long offset = 0; offset < BATCHES; ) {
            try (LogSlice slice = read(offset, PLENTY)) {
                byte[] got = Broker.bytes(slice);
                assertThat(slice.memory()).as("in memory of its own").isPresent();
                assertThat(slice.memory().get().remaining()).isEqualTo(got.length);
                assertThat(got.length).isPositive().isLessThanOrEqualTo(ColdReads.MOST_BYTES);
                assertThat(got).isEqualTo(Arrays.copyOfRange(written, at, at + got.length));
                int whole = wholeBytes(got);
                at += whole;
                offset += whole / (written.length / BATCHES);
                reads++;
            }
        }
        assertThat(at).as("all of it").isEqualTo(written.length);
        assertThat(reads).isBetween(3, 4);
        // a page or two for each look at headers, and what the kernel reads ahead of that
        assertThat(KernelPages.resident(file) - before).isLessThan(written.length / 4_096 / 2);
    }

    private int wholeBytes(byte[] some) {
        int batch = written.length / BATCHES;
        return some.length / batch * batch;
    }

    @Test
    void anyPositionAndLengthGivesTheSameBytes() throws IOException {
        int batch = written.length / BATCHES;
        for (int offset = 0; offset < BATCHES; offset += 37) {
            int length = 65_536 + 4_099 * offset;
            try (LogSlice slice = read(offset, length)) {
                byte[] got = Broker.bytes(slice);
                int from = offset * batch;
                int most = Math.min(length, written.length - from);
                assertThat(got.length).isLessThanOrEqualTo(most);
                assertThat(got.length).isGreaterThan(Math.min(most, ColdReads.MOST_BYTES) - batch);
                assertThat(got).isEqualTo(Arrays.copyOfRange(written, from, from + got.length));
            }
        }
    }

    @Test
    void theSecondReaderWithinMinutesBringsItIntoThePageCache() throws IOException {
        assertThat(readPast(0)).as("the first").isGreaterThan(ALMOST_ALL);
        forget();
        assertThat(readPast(0)).as("the second").isZero();
        forget();
        context.clock().advance(Duration.ofMinutes(10));
        assertThat(readPast(0)).as("one much later").isGreaterThan(ALMOST_ALL);
        assertThat(readPast(0)).as("when it is in the page cache").isZero();
    }

    /** Reads everything in pieces; gives how many batches came past the page cache. */
    private int readPast(long from) {
        int past = 0;
        int batch = written.length / BATCHES;
        for (long offset = from; offset < BATCHES; ) {
            try (LogSlice slice = read(offset, 200_000)) {
                int batches = Math.max(1, slice.sizeInBytes() / batch);
                past += slice.memory().isPresent() ? batches : 0;
                offset += batches;
            }
        }
        return past;
    }

    @Test
    void whatIsReadUpToABorderEndsThere() {
        LogPosition border = broker.log().position(100);
        try (LogSlice slice = broker.log().read(50, border, PLENTY, true)) {
            int batch = written.length / BATCHES;
            assertThat(slice.memory()).isPresent();
            assertThat(Broker.bytes(slice))
                    .isEqualTo(Arrays.copyOfRange(written, 50 * batch, 100 * batch));
        }
    }

    @Test
    void whatRottedOnTheDiskIsNotGiven() throws IOException {
        int batch = written.length / BATCHES;
        flip(200 * batch + 100);
        forget();

        try (LogSlice before = read(0, PLENTY)) {
            assertThat(before.sizeInBytes()).isEqualTo(200 * batch);
        }
        assertThatThrownBy(() -> read(200, PLENTY).close())
                .isInstanceOf(UnreadableDataException.class)
                .hasMessageContaining("has a wrong checksum");
        try (LogSlice behind = read(201, PLENTY)) {
            assertThat(behind.sizeInBytes()).isGreaterThan(batch);
        }
    }

    /** Whoever saw that it had left the page cache knows that it comes from the disk again. */
    @Test
    void whatRottedAfterItWasCheckedIsCheckedAgain() throws IOException {
        readPast(0);
        forget();
        assertThat(readPast(0)).as("through the page cache, and known since").isZero();
        int batch = written.length / BATCHES;
        flip(300 * batch + 100);
        forget();
        context.clock().advance(Duration.ofMinutes(10));
        try (LogSlice past = read(100, 100_000)) {
            assertThat(past.memory()).isPresent();
        }
        assertThat(Files.readAllBytes(file)).as("somebody else's read").hasSize(written.length);

        try (LogSlice before = read(250, PLENTY)) {
            assertThat(before.sizeInBytes()).isEqualTo(50 * batch);
        }
    }

    private void flip(int at) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            channel.write(one.put(0, (byte) (one.get(0) ^ 4)).flip(), at);
        }
    }

    @Test
    void aFileThatWasCutFromOutsideGivesWhatIsLeft() throws IOException {
        try (var outside = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            outside.truncate(written.length / 4);
        }
        try (LogSlice slice = read(0, PLENTY)) {
            assertThat(slice.sizeInBytes()).isLessThanOrEqualTo(written.length / 4);
            assertThat(written).startsWith(Broker.bytes(slice));
        }
        assertThatThrownBy(() -> read(BATCHES / 2, PLENTY).close())
                .isInstanceOf(UnreadableDataException.class);
    }

    @Test
    void whoeverGetsNoMemoryReadsThroughThePageCache() throws IOException {
        broker.close();
        broker = started(Map.of("storage.local.cold-read-memory", "3MiB"));
        forget();
        List<LogSlice> held = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            held.add(read(100L * i, 100_000));
        }
        assertThat(held.stream().map(slice -> slice.memory().isPresent()))
                .as("two buffers fit in 3 MiB")
                .containsExactly(true, true, false, false);
        int batch = written.length / BATCHES;
        for (int i = 0; i < 4; i++) {
            byte[] got = Broker.bytes(held.get(i));
            assertThat(got)
                    .isEqualTo(
                            Arrays.copyOfRange(
                                    written, 100 * i * batch, 100 * i * batch + got.length));
        }
        held.forEach(LogSlice::close);
        forget();
        try (LogSlice next = read(500, 100_000)) {
            assertThat(next.memory()).as("one was given back").isPresent();
        }
    }

    @Test
    void withoutMemoryAllGoesThroughThePageCache() throws IOException {
        broker.close();
        broker = started(Map.of("storage.local.cold-read-memory", "0"));
        forget();
        try (LogSlice slice = read(0, PLENTY)) {
            assertThat(slice.memory()).isEmpty();
            assertThat(slice.fileRange()).isPresent();
            assertThat(Broker.bytes(slice)).isEqualTo(written);
        }
    }
}
