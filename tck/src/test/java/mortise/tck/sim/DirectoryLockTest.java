package mortise.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mortise.spi.DirectoryLock;
import mortise.spi.DirectoryLock.HeldException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link DirectoryLock} on a real and on a simulated disk. */
class DirectoryLockTest {
    @Test
    void oneUserInAProcessHasADirectory(@TempDir Path directory) throws IOException {
        try (DirectoryLock first = DirectoryLock.take(directory, ".lock", "node 1")) {
            assertThat(directory.resolve(".lock")).hasContent("node 1");
            assertThatThrownBy(() -> DirectoryLock.take(directory, ".lock", "node 2"))
                    .isInstanceOfSatisfying(
                            HeldException.class, held -> assertThat(held.inThisProcess()).isTrue());
            assertThat(directory.resolve(".lock")).hasContent("node 1");
            assertThat(first).isNotNull();
        }
        DirectoryLock.take(directory, ".lock", "node 2").close();

        assertThat(directory.resolve(".lock")).hasContent("node 2");
    }

    @Test
    void anotherNameForTheDirectoryIsNoWayAroundIt(@TempDir Path directory) throws IOException {
        Path link = directory.resolve("link");
        Path real = Files.createDirectory(directory.resolve("real"));
        Files.createSymbolicLink(link, real);

        try (DirectoryLock first = DirectoryLock.take(real, ".lock", "")) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> DirectoryLock.take(link, ".lock", ""))
                    .isInstanceOf(HeldException.class);
        }
    }

    @Test
    void aHolderInAnotherProcessIsNamed() throws IOException {
        SimDisk disk = SimDisk.create(1).lockedByAnotherProcess(path -> true);
        Files.writeString(disk.root().resolve(".lock"), "node 7, process 12\n");

        assertThatThrownBy(() -> DirectoryLock.take(disk.root(), ".lock", "node 1"))
                .isInstanceOfSatisfying(
                        HeldException.class,
                        held -> {
                            assertThat(held.inThisProcess()).isFalse();
                            assertThat(held.holder()).isEqualTo("node 7, process 12");
                        });
        disk.lockedByAnotherProcess(path -> false);
        DirectoryLock.take(disk.root(), ".lock", "node 1").close(); // the refusal kept nothing
    }

    @Test
    void whatCannotBeWrittenIsNotHeld() throws IOException {
        SimDisk disk = SimDisk.create(1);
        Fault full = disk.failWrites(path -> true, new IOException("No space left on device"));
        assertThatThrownBy(() -> DirectoryLock.take(disk.root(), ".lock", "node 1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left");
        full.heal();

        DirectoryLock lock = DirectoryLock.take(disk.root(), ".lock", "node 1");
        lock.close();
        lock.close(); // does nothing more
        DirectoryLock.take(disk.root(), ".lock", "").close();
    }
}
