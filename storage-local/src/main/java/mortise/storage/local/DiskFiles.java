package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The few things that are done to whole files: replace atomically, make a directory durable. */
final class DiskFiles {
    private DiskFiles() {}

    /** Replaces a file so that a crash leaves the old content or the new, and never a mixture. */
    static void replaceDurably(Path file, ByteBuffer content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + LogFiles.TEMPORARY);
        write(temporary, content, true);
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Replaces a text file atomically and makes the name durable too. The directory is opened
     * first, so that who has too many files open changes nothing.
     */
    static void replaceDurably(Path file, String text) throws IOException {
        Path directory = parent(file);
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            replaceDurably(file, StandardCharsets.UTF_8.encode(text));
            force(names, directory, true);
        }
    }

    /** Writes a whole file in place. */
    static void write(Path file, ByteBuffer content, boolean force) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            if (force) {
                forceNew(channel);
            }
        }
    }

    /** Makes what a file holds durable. */
    static void syncFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            force(channel, file, true);
        }
    }

    /**
     * Makes durable what an open file or directory holds.
     *
     * @throws ForceFailedException if that was tried and failed
     */
    static void force(FileChannel channel, Path file, boolean metadata) throws IOException {
        if (!channel.isOpen()) {
            throw new ClosedChannelException(); // nothing was tried: it can be opened again
        }
        try {
            channel.force(metadata);
        } catch (IOException failed) {
            throw new ForceFailedException(file, failed);
        }
    }

    /**
     * Makes durable what a file holds that nobody relies on yet: a failure means no more than that
     * of any other call.
     */
    static void forceNew(FileChannel channel) throws IOException {
        channel.force(true);
    }

    /** Makes what a file holds durable, if there is such a file. */
    static void syncFileIfPresent(Path file) throws IOException {
        try {
            syncFile(file);
        } catch (NoSuchFileException none) {
            // nothing to keep
        }
    }

    /** Makes the names in a directory durable: files created, renamed and removed. */
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            force(channel, directory, true);
        }
    }

    /** A small text file's content, if there is such a file. */
    static Optional<String> readIfPresent(Path file) throws IOException {
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    /** The directory that a file lies in. */
    static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " lies in no directory");
        }
        return parent;
    }

    /** The last part of a path. */
    static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @return how many bytes were read
     */
    static int readFully(FileChannel channel, ByteBuffer target, long position) throws IOException {
        int total = 0;
        while (target.hasRemaining()) {
            int count = channel.read(target, position + total);
            if (count <= 0) {
                break;
            }
            total += count;
        }
        return total;
    }
}
