package mortise.consensus.raft.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Files that are there as a whole or not at all, whenever the machine stops. */
final class DurableFiles {
    private static final String TEMPORARY = ".tmp";

    /** The largest single write: a heap buffer is copied to a direct one of this size. */
    private static final int CHUNK = 1 << 17;

    private DurableFiles() {}

    /** Writes the content of a new file, from its first byte. */
    @FunctionalInterface
    interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Puts a file in place of the one of that name, if any. Durable at return. If it fails before
     * the rename, nothing has changed.
     */
    static void replace(Path file, Content content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            deleteAfter(failed, temporary);
            throw failed;
        }
        forceDirectoryOf(file);
    }

    /** Deletes a file, if it is there. Durable at return. */
    static void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        forceDirectoryOf(file);
    }

    /**
     * The file that was to be put in place, if this is what an interrupted {@link #replace} left.
     */
    static Optional<Path> interrupted(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(TEMPORARY)
                ? Optional.of(
                        file.resolveSibling(name.substring(0, name.length() - TEMPORARY.length())))
                : Optional.empty();
    }

    /** Writes all of the buffer at this position. */
    static void write(FileChannel channel, ByteBuffer source, long position) throws IOException {
        int end = source.limit();
        long place = position;
        while (source.position() < end) {
            source.limit(Math.min(end, source.position() + CHUNK));
            place += channel.write(source, place);
        }
    }

    private static void deleteAfter(IOException failed, Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException again) {
            failed.addSuppressed(again);
        }
    }

    private static void forceDirectoryOf(Path file) throws IOException {
        Path directory = file.getParent();
        if (directory == null) {
            throw new IllegalArgumentException(file + " is in no directory");
        }
        forceDirectory(directory);
    }

    /** Makes the names in a directory durable. */
    static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
