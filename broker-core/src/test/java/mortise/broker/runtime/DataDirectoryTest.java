package mortise.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock on a data directory, inside one process. */
class DataDirectoryTest {
    private static final Path LOCKS = Path.of("/proc/locks");

    @TempDir private Path path;

    private DataDirectory open() {
        return DataDirectory.open(path, 1, new Random(1));
    }

    @Test
    void aSecondBrokerOfThisProcessIsRefusedAndTheFirstKeepsItsLock() throws IOException {
        assumeTrue(Files.isReadable(LOCKS), "the system does not show its locks");
        DataDirectory first = open();
        String held = ":" + Files.getAttribute(path.resolve(".lock"), "unix:ino") + " ";
        assertThat(Files.readString(LOCKS)).contains(held);

        assertThatThrownBy(this::open)
                .isInstanceOf(RefusedDirectoryException.class)
                .hasMessage(
                        "data directory "
                                + path
                                + " is in use by another broker in this process (pid "
                                + ProcessHandle.current().pid()
                                + "); stop that one, or name another directory with --data");

        assertThat(Files.readString(LOCKS)).contains(held);
        first.close();
        assertThat(Files.readString(LOCKS)).doesNotContain(held);
    }

    @Test
    void aSecondNameOfTheSameDirectoryIsRefusedToo() throws IOException {
        Path alias = path.resolveSibling(path.getFileName() + "-alias");
        Files.createSymbolicLink(alias, path);
        try (DataDirectory first = open()) {
            assertThatThrownBy(() -> DataDirectory.open(alias, 1, new Random(1)))
                    .isInstanceOf(RefusedDirectoryException.class)
                    .hasMessageContaining("in use by another broker in this process");
            assertThat(first.formatted()).isTrue();
        } finally {
            Files.delete(alias);
        }
    }

    @Test
    void aRefusedOpeningLeavesTheDirectoryFreeForTheNext() {
        open().close();

        assertThatThrownBy(() -> DataDirectory.open(path, 2, new Random(1)))
                .isInstanceOf(RefusedDirectoryException.class)
                .hasMessageContaining("belongs to node 1, this is node 2");

        try (DataDirectory again = open()) {
            assertThat(again.formatted()).isFalse();
        }
    }
}
