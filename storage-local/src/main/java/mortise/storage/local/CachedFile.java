package mortise.storage.local;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file whose channel is opened when somebody wants it and closed when the store has too many open
 * ones. Thread-safe.
 */
final class CachedFile {
    private static final VarHandle CURRENT;

    static {
        try {
            CURRENT =
                    MethodHandles.lookup()
                            .findVarHandle(CachedFile.class, "current", OpenFile.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Path path;
    private final OpenFiles openFiles;
    private volatile @Nullable OpenFile current;
    private volatile boolean retired;

    CachedFile(Path path, OpenFiles openFiles) {
        this.path = path;
        this.openFiles = openFiles;
    }

    /** Where the file is, or was until it was retired. */
    Path path() {
        return path;
    }

    /**
     * A use of the channel, which the caller gives back with {@link OpenFile#release}.
     *
     * @return null if the file has been retired
     */
    @Nullable OpenFile use() throws IOException {
        OpenFile now = useIfOpen();
        return now != null ? now : open(false);
    }

    /**
     * The same for a reader, who may keep it for as long as a client takes.
     *
     * @throws IOException also if too many files are in use
     */
    @Nullable OpenFile useToRead() throws IOException {
        OpenFile now = useIfOpen();
        if (now == null) {
            openFiles.admitReader();
            now = open(false);
        }
        return now;
    }

    /** A use of the channel of a file that is created if there is none. */
    @Nullable OpenFile useOrCreate() throws IOException {
        OpenFile now = useIfOpen();
        return now != null ? now : open(true);
    }

    /** A use of the channel if that takes no system call. */
    @Nullable OpenFile useIfOpen() {
        OpenFile now = current;
        return now != null && now.tryUse() ? now : null;
    }

    private synchronized @Nullable OpenFile open(boolean create) throws IOException {
        if (retired) {
            return null;
        }
        OpenFile now = useIfOpen();
        if (now != null) {
            return now;
        }
        FileChannel channel =
                create
                        ? FileChannel.open(
                                path,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)
                        : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        OpenFile opened = new OpenFile(this, channel, openFiles);
        opened.tryUse();
        current = opened;
        openFiles.opened(opened);
        return opened;
    }

    /**
     * Another channel of the same file, in another way, which the caller closes: nobody retires the
     * file, and puts another in its place, meanwhile.
     *
     * @return null if the file has been retired
     * @throws UnsupportedOperationException if the file system cannot
     */
    synchronized @Nullable FileChannel openAgainToRead(OpenOption how) throws IOException {
        return retired ? null : FileChannel.open(path, StandardOpenOption.READ, how);
    }

    /** Closes the channel if nobody uses it; it is opened again when somebody wants it. */
    void closeIfIdle() {
        OpenFile now = current;
        if (now != null) {
            evict(now);
        }
    }

    /** Lets go of a channel that an interrupt has closed under those who use it. */
    synchronized void dropIfClosed() {
        OpenFile now = current;
        if (now != null && !now.channel().isOpen()) {
            current = null;
            now.disown();
        }
    }

    /** Closes the channel if it is the current one and idle. */
    boolean evict(OpenFile candidate) {
        if (!candidate.closeIfIdle()) {
            return false;
        }
        CURRENT.compareAndSet(this, candidate, null);
        return true;
    }

    /**
     * Ends it: no new use begins; uses that others have stay valid until they are given back.
     *
     * @return whether nobody has a use any more
     */
    synchronized boolean retire() {
        retired = true;
        OpenFile last = current;
        current = null;
        return last == null || last.disown();
    }
}
