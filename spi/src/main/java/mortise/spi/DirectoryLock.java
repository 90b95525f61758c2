package mortise.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right to use a directory, which one user in one process at a time has. It is a lock on a file
 * in the directory, which the system takes back when the process ends; the file says who holds it,
 * for people, and stays: removing it would let two processes lock two files of one name.
 *
 * <p>Thread-safe. Nothing is forced: what the file says need not survive a crash.
 */
public final class DirectoryLock implements AutoCloseable {
    /**
     * The lock files of the machine's file system that this process holds. To open one of them a
     * second time and close it again would let go of the lock, for that is what POSIX says of a
     * process and its locks. A simulated file system has processes and locks of its own.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final int MOST_HOLDER_BYTES = 256;

    private final Path file;
    private final FileChannel channel;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DirectoryLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Somebody else has the lock. */
    public static final class HeldException extends IOException {
        private final boolean inThisProcess;
        private final String holder;

        private HeldException(Path file, boolean inThisProcess, String holder) {
            super(file + " is locked by " + (holder.isEmpty() ? "another process" : holder));
            this.inThisProcess = inThisProcess;
            this.holder = holder;
        }

        /** Whether it is held by this process. */
        public boolean inThisProcess() {
            return inThisProcess;
        }

        /** What the holder said of itself; empty if that is not known. */
        public String holder() {
            return holder;
        }
    }

    /**
     * Takes the lock, without waiting for it.
     *
     * @param directory an existing directory
     * @param fileName the name of the lock's file in it, which is made if it is missing
     * @param holder what the file says while the lock is held, at most 256 bytes; if empty the file
     *     is left as it is
     * @throws HeldException if somebody else has it; the directory is as it was
     * @throws IOException if the file cannot be opened, locked or written
     */
    public static DirectoryLock take(Path directory, String fileName, String holder)
            throws IOException {
        Path file = directory.toRealPath().resolve(fileName);
        if (isOfTheMachine(file) && !HELD.add(file)) {
            throw inThisProcess(file);
        }
        try {
            return new DirectoryLock(file, lockedChannel(file, holder));
        } catch (IOException | RuntimeException refused) {
            HELD.remove(file);
            throw refused;
        }
    }

    private static boolean isOfTheMachine(Path file) {
        return file.getFileSystem().equals(FileSystems.getDefault());
    }

    private static FileChannel lockedChannel(Path file, String holder) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new HeldException(file, false, holderIn(channel));
            }
            if (!holder.isEmpty()) {
                channel.truncate(0);
                channel.write(StandardCharsets.UTF_8.encode(holder), 0);
            }
            return channel;
        } catch (OverlappingFileLockException inThisProcess) {
            channel.close();
            throw inThisProcess(file);
        } catch (IOException | RuntimeException refused) {
            channel.close();
            throw refused;
        }
    }

    private static HeldException inThisProcess(Path file) {
        return new HeldException(
                file, true, "this process (pid " + ProcessHandle.current().pid() + ")");
    }

    private static String holderIn(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MOST_HOLDER_BYTES);
        channel.read(text, 0);
        return StandardCharsets.UTF_8.decode(text.flip()).toString().strip();
    }

    /** Lets go of the lock; the file stays. Closing twice does nothing more. */
    @Override
    public void close() throws IOException {
        // the channel may be closed already, by an interrupt for example
        if (closed.compareAndSet(false, true)) {
            try {
                channel.close();
            } finally {
                HELD.remove(file);
            }
        }
    }
}
