package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What happens to files while nobody looks after them; for tests. */
final class FileDamage {
    private FileDamage() {}

    /** Any file of a log directory but its lock. */
    static Path anyFile(Path logDirectory, Random random) throws IOException {
        List<Path> files = new ArrayList<>();
        try (var found = Files.walk(logDirectory)) {
            found.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith(".lock"))
                    .sorted()
                    .forEach(files::add);
        }
        return files.get(random.nextInt(files.size()));
    }

    /** Cuts it; says so. */
    static String shorten(Path file, long bytes) throws IOException {
        long size = Files.size(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
        return "shortened " + file + " to " + bytes + " of " + size;
    }

    /** Writes something else over a part of it, which may lie at its end; says so. */
    static String overwrite(Path file, long at, byte[] noise) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(noise), at);
        }
        return "noise of " + noise.length + " bytes at " + at + " of " + file;
    }
}
