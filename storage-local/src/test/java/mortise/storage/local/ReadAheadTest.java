package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import mortise.tck.sim.SimLogger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system, whose files can be mapped; the simulated disk's cannot. */
final class ReadAheadTest {
    private static final int BYTES = 1 << 18;

    private final ReadAhead readAhead = new ReadAhead(new ScratchBuffers(4_096, 1));
    @TempDir private Path directory;
    private Path path;
    private OpenFile open;

    @BeforeEach
    void write() throws IOException {
        path = directory.resolve("segment");
        Files.write(path, new byte[BYTES]);
        open = new CachedFile(path, new OpenFiles(10, new SimLogger("test"))).use();
    }

    @AfterEach
    void close() {
        open.release();
        open.file().retire();
    }

    @Test
    void whatWasJustWrittenIsThere() throws IOException {
        assertThat(readAhead.touch(open, 0, BYTES, 100)).isEqualTo(BYTES);
        assertThat(readAhead.touch(open, 1_000, BYTES - 1_000, 100)).isEqualTo(BYTES - 1_000);
    }

    /** Segments are open for writing, where a mapping beyond the end would make the file longer. */
    @Test
    void aFileThatWasCutFromOutsideIsNotMadeWholeWithZeros() throws IOException {
        try (var outside = Files.newByteChannel(path, StandardOpenOption.WRITE)) {
            outside.truncate(BYTES / 2);
        }

        assertThat(readAhead.touch(open, 0, BYTES, 100)).isEqualTo(BYTES / 2);
        assertThatThrownBy(() -> readAhead.touch(open, 0, BYTES, BYTES))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("was it cut from outside?");
        assertThat(Files.size(path)).isEqualTo(BYTES / 2);
    }
}
