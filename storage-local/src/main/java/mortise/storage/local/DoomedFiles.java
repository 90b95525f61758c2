package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Files that are out of the log and wait for their removal: renamed at once, unlinked after a
 * delay. Whoever has one open can read it until then and beyond. Thread-safe.
 */
final class DoomedFiles {
    private final Housekeeping housekeeping;
    private final System.Logger logger;

    DoomedFiles(Housekeeping housekeeping, System.Logger logger) {
        this.housekeeping = housekeeping;
        this.logger = logger;
    }

    Housekeeping housekeeping() {
        return housekeeping;
    }

    /** Takes a segment's files out of its log. */
    void segment(Path directory, long baseOffset, Duration delay) throws IOException {
        List<Path> doomed = new ArrayList<>();
        for (String suffix :
                List.of(
                        LogFiles.LOG,
                        LogFiles.OFFSET_INDEX,
                        LogFiles.TIME_INDEX,
                        LogFiles.TRANSACTION_INDEX)) {
            Path file = directory.resolve(LogFiles.name(baseOffset, suffix));
            Path aside = file.resolveSibling(DiskFiles.name(file) + LogFiles.DELETED);
            try {
                // replaces what an earlier removal of the same name left
                Files.deleteIfExists(aside);
                Files.move(file, aside);
                doomed.add(aside);
            } catch (NoSuchFileException none) {
                // a segment that never got a batch, or an index that never got an entry
            }
        }
        housekeeping.after(delay, () -> doomed.forEach(this::remove));
    }

    /** Removes a directory with all that is in it, later. */
    void directory(Path directory, Duration delay) {
        housekeeping.after(delay, () -> removeAll(directory));
    }

    private void removeAll(Path directory) {
        List<Path> files = new ArrayList<>();
        try {
            // or a loss of power may bring it back under its old name, with half of its files and
            // without its identity, to be taken for the next log of that name
            DiskFiles.syncDirectory(Objects.requireNonNull(directory.getParent()));
        } catch (IOException failed) {
            note(directory, failed);
            return;
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(files::add);
        } catch (NoSuchFileException | NotDirectoryException gone) {
            return;
        } catch (IOException failed) {
            note(directory, failed);
            return;
        }
        files.forEach(this::remove);
        remove(directory);
    }

    private void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failed) {
            note(file, failed);
        }
    }

    private void note(Path file, IOException failed) {
        logger.log(
                Level.WARNING,
                "removing {0}: {1}; it is tried again when the broker next starts",
                file,
                failed);
    }
}
