package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.UnreadableDataException;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system, whose files can be mapped; the simulated disk's cannot. */
final class ReadAheadTest {
    private static final int BATCHES = 64;
    private static final int VALUE_BYTES = 4_000;
    private static final LogSettings LARGE =
            new LogSettings(
                    1 << 20,
                    Broker.SMALL.segmentAge(),
                    512,
                    1 << 20,
                    false,
                    Broker.SMALL.fileDeleteDelay());

    @TempDir private Path directory;
    private Broker broker;
    private byte[] written;
    private Path file;

    @BeforeEach
    void write() {
        broker = Broker.on(SimContext.on(directory, 1).withInlineThreads(), LARGE);
        ByteBuffer all = ByteBuffer.allocate(BATCHES * (VALUE_BYTES + 200));
        for (int i = 0; i < BATCHES; i++) {
            all.put(broker.append(1, VALUE_BYTES, 1_000 + i).bytes());
        }
        written = Arrays.copyOf(all.array(), all.position());
        file = broker.directory().resolve(LogFiles.name(0, LogFiles.LOG));
        broker.log().sync();
        // what the recent window has is not read through here
        broker.reopen(LARGE);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void whatWasWrittenIsGivenAgainAndAgain() {
        assertThat(broker.read(0)).as("checked").isEqualTo(written);
        assertThat(broker.read(0)).as("known to be in memory").isEqualTo(written);
        assertThat(broker.read(1, broker.log().end(), 200_000, true)).as("cut").hasSize(200_000);
    }

    @Test
    void whatRottedBeforeItWasReadIsNotGiven() throws IOException {
        flip(written.length / 2 + 100);

        byte[] before = broker.read(0);
        assertThat(before.length)
                .as("what lies before")
                .isBetween(written.length / 2 - VALUE_BYTES - 200, written.length / 2);
        assertThat(written).startsWith(before);
        assertThatThrownBy(() -> broker.read(BATCHES / 2))
                .isInstanceOf(UnreadableDataException.class)
                .hasMessageContaining("has a wrong checksum");
        assertThat(broker.read(BATCHES / 2 + 1)).as("what lies behind").isNotEmpty();
    }

    private void flip(int at) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            channel.write(one.put(0, (byte) (one.get(0) ^ 4)).flip(), at);
        }
    }

    /** Segments are open for writing, where a mapping beyond the end would make the file longer. */
    @Test
    void aFileThatWasCutFromOutsideIsNotMadeWholeWithZeros() throws IOException {
        assertThat(broker.read(0)).as("checked, so that it is asked for").isEqualTo(written);
        int left = written.length / 2;
        try (var outside = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            outside.truncate(left);
        }

        byte[] before = broker.read(0);
        assertThat(before.length).as("what is left").isLessThanOrEqualTo(left);
        assertThat(written).startsWith(before);
        assertThatThrownBy(() -> broker.read(BATCHES / 2))
                .isInstanceOf(UnreadableDataException.class);
        assertThat(Files.size(file)).isEqualTo(left);
    }
}
