package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;

/**
 * A file's open channel with a count of its borrowers. It is closed when the {@link CachedFile} has
 * disowned it and the last borrower has let go. Thread-safe.
 */
final class OpenFile {
    private static final int OWNED = 1 << 30;
    private static final VarHandle USES;

    static {
        try {
            USES = MethodHandles.lookup().findVarHandle(OpenFile.class, "uses", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final CachedFile file;
    private final FileChannel channel;
    private final OpenFiles openFiles;

    /** Whether it was used since the eviction last looked; a hint, so races do not matter. */
    private boolean recentlyUsed;

    /** The number of borrowers, plus {@link #OWNED} until the cached file lets go. */
    @SuppressWarnings("unused") // through USES
    private volatile int uses = OWNED;

    OpenFile(CachedFile file, FileChannel channel, OpenFiles openFiles) {
        this.file = file;
        this.channel = channel;
        this.openFiles = openFiles;
    }

    /** The channel; valid while the caller has a use. */
    FileChannel channel() {
        return channel;
    }

    /** The file that this is open of. */
    CachedFile file() {
        return file;
    }

    /** Takes a use; false if the channel is disowned or closed. */
    boolean tryUse() {
        while (true) {
            int now = (int) USES.getOpaque(this);
            if (now < OWNED) {
                return false;
            }
            if (USES.compareAndSet(this, now, now + 1)) {
                if (!recentlyUsed) {
                    recentlyUsed = true;
                }
                return true;
            }
        }
    }

    /** Whether anybody holds it open: the cached file or a borrower. */
    boolean isOpen() {
        return (int) USES.getVolatile(this) != 0;
    }

    /** Whether nobody has borrowed it. */
    boolean isIdle() {
        return (int) USES.getVolatile(this) == OWNED;
    }

    /** Gives a use back. */
    void release() {
        int before = (int) USES.getAndAdd(this, -1);
        if (before == 1) {
            close();
        } else if (before <= 0 || before == OWNED) {
            throw new IllegalStateException("a use of " + file.path() + " was given back twice");
        }
    }

    /** Closes the channel if nobody has borrowed it. */
    boolean closeIfIdle() {
        if (USES.compareAndSet(this, OWNED, 0)) {
            close();
            return true;
        }
        return false;
    }

    /** Lets the last borrower close the channel; true if there is none. */
    boolean disown() {
        int before = (int) USES.getAndBitwiseAnd(this, ~OWNED);
        if (before == OWNED) {
            close();
        }
        return (before & ~OWNED) == 0;
    }

    /** Whether it was used since the last call. */
    boolean wasRecentlyUsed() {
        boolean was = recentlyUsed;
        recentlyUsed = false;
        return was;
    }

    private void close() {
        openFiles.closed(this);
        try {
            channel.close();
        } catch (IOException failure) {
            // nothing was buffered in this process, so nothing is lost
            openFiles.logger().log(Level.DEBUG, "closing " + file.path(), failure);
        }
    }
}
