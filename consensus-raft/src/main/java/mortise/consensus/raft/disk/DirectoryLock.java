package mortise.consensus.raft.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import mortise.consensus.raft.storage.ForeignStateException;
import org.jspecify.annotations.Nullable;

/**
 * The right to use a directory, which one process at a time has. The system takes it back when the
 * process ends.
 */
final class DirectoryLock implements AutoCloseable {
    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws ForeignStateException if somebody else has it
     */
    static DirectoryLock take(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                throw new ForeignStateException(
                        "opening the quorum's directory "
                                + directory
                                + ": another broker uses it; stop that one or give this one a"
                                + " directory of its own");
            }
            return new DirectoryLock(channel);
        } catch (IOException | RuntimeException refused) {
            channel.close();
            throw refused;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException inThisProcess) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
