package mortise.dist.assembly;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps an assembled directory's lock true after its AOT cache was made anew. */
public final class CacheRecord {
    private CacheRecord() {}

    /**
     * Writes the cache into the lock. Nothing happens while the directory is still being laid out:
     * its lock is empty then, and is written at the end.
     *
     * @throws AssemblyRefusedException if the directory has no lock that can be read
     */
    public static void update(Path directory) {
        Path file = directory.resolve(Lock.NAME);
        try {
            if (Files.size(file) > 0) {
                Files.writeString(file, Lock.read(directory).withCacheOf(directory).text());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("writing " + file, failure);
        }
    }
}
