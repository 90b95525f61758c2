package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import mortise.storage.local.DiskErrors.Kind;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a failed call means is told by the system's own words. */
class DiskErrorsTest {
    private final SimDisk disk = SimDisk.create(1);

    private Kind kind(IOException failure) {
        return DiskErrors.kind(failure, disk.root(), 1 << 16);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "No space left on device             | FULL",
                "Disk quota exceeded                 | FULL",
                "Too many open files                 | SCARCE",
                "Too many open files in system       | SCARCE",
                "Cannot allocate memory              | SCARCE",
                "Interrupted system call             | SCARCE",
                "Resource temporarily unavailable    | SCARCE",
                "No such file or directory           | FILE",
                "Permission denied                   | FILE",
                "Operation not permitted             | FILE",
                "Is a directory                      | FILE",
                "File too large                      | FILE",
                "Input/output error                  | DEVICE",
                "Read-only file system               | DEVICE",
                "No such device or address           | DEVICE",
                "Stale file handle                   | DEVICE",
                "Structure needs cleaning            | DEVICE"
            })
    void theSystemsWordsSayWhatIsWrong(String words, Kind kind) {
        assertThat(kind(new IOException(words))).isEqualTo(kind);
        assertThat(kind(new FileSystemException("/data/logs/t-0/x.log", null, words)))
                .isEqualTo(kind);
    }

    @Test
    void theKindOfTheExceptionSaysItToo() {
        assertThat(List.of(new ClosedChannelException(), new ClosedByInterruptException()))
                .allSatisfy(closed -> assertThat(kind(closed)).isEqualTo(Kind.SCARCE));
        assertThat(List.of(new NoSuchFileException("/x"), new AccessDeniedException("/x")))
                .allSatisfy(file -> assertThat(kind(file)).isEqualTo(Kind.FILE));
    }

    @Test
    void wordsOfAnotherLanguageAreThoseOfAFullDiskIfItIsFull() {
        IOException unknown =
                new IOException("Auf dem Gerät ist kein Speicherplatz mehr verfügbar");
        assertThat(kind(unknown)).isEqualTo(Kind.DEVICE);
        disk.limit(1 << 15);
        assertThat(kind(unknown)).isEqualTo(Kind.FULL);
        assertThat(kind(new IOException("Too many open files"))).isEqualTo(Kind.SCARCE);
    }

    @Test
    void aForceThatFailedSaysWhatTheDiskSaid() {
        ForceFailedException failed =
                new ForceFailedException(Path.of("x.log"), new IOException("Input/output error"));
        assertThat(failed).hasMessage("Input/output error");
        assertThat(kind(failed.failure())).isEqualTo(Kind.DEVICE);
    }
}
