package mortise.broker.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A small text file that is there in full or as it was before, whatever happens meanwhile. */
public final class DurableFile {
    /** What the name of a file that is not finished ends with. */
    public static final String UNFINISHED = ".new";

    private DurableFile() {}

    /** Writes or replaces a file; it is on disk when this returns. */
    public static void write(Path directory, String name, String content) throws IOException {
        Path unfinished = directory.resolve(name + UNFINISHED);
        try (FileChannel file =
                FileChannel.open(
                        unfinished,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(unfinished, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        forceNames(directory);
    }

    /** Removes a file; its name is gone from disk when this returns. Nothing if there is none. */
    public static void remove(Path directory, String name) throws IOException {
        if (Files.deleteIfExists(directory.resolve(name))) {
            forceNames(directory);
        }
    }

    private static void forceNames(Path directory) throws IOException {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }
}
