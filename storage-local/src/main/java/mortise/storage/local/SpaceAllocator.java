package mortise.storage.local;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Gives segments that are filled quickly their blocks before they are needed. An append to blocks
 * that a file has takes no lock of the file's map of blocks, which the kernel holds for tens of
 * milliseconds when it writes such a file out while the disk is busy. ext4 is where that was
 * measured, and where it is done; elsewhere, without native access, and on a disk that fills up,
 * appends work as well and wait now and then. Thread-safe; the work is done on a serial executor.
 */
final class SpaceAllocator {
    /** What a segment is given at a time. */
    static final int STEP_BYTES = 16 << 20;

    private static final String FILE_SYSTEM = "ext4";

    /** So many times all that may be given must be free, or nothing is. */
    private static final int LEAST_FREE = 10;

    private final long bytes;
    private final int most;
    private final Executor executor;

    // of the executor's tasks
    private final Map<Path, Optional<FileStore>> stores = new HashMap<>();
    private boolean lookedForFiles;

    /** Written by a task of the executor, when somebody needs them. */
    private volatile Optional<NativeFiles> files = Optional.empty();

    // guarded by this
    private int served;

    /**
     * @param bytes of blocks that lie unwritten, at most
     */
    SpaceAllocator(long bytes, Executor executor) {
        this.bytes = bytes;
        // one step is being filled while the next lies ready
        this.most = (int) Math.min(bytes / (2 * STEP_BYTES), Integer.MAX_VALUE);
        this.executor = executor;
    }

    /**
     * For a segment that is going to be written to.
     *
     * @param begun how many bytes it has
     * @param busy whether it follows one that was filled quickly
     */
    SpaceAhead ahead(Path segment, int begun, boolean busy) {
        boolean never = most == 0 || !segment.getFileSystem().equals(FileSystems.getDefault());
        return never ? SpaceAhead.NONE : new SpaceAhead(this, segment, begun, busy);
    }

    /** Does something later, in turn. */
    void later(Runnable task) {
        executor.execute(task);
    }

    /** Whether one more segment can be served; it gives that back with {@link #leave}. */
    synchronized boolean enter() {
        if (served == most) {
            return false;
        }
        served++;
        return true;
    }

    synchronized void leave() {
        served--;
    }

    /** The calls, if they are there and this segment's disk has room. On the executor. */
    Optional<NativeFiles> filesFor(Path segment) {
        if (!lookedForFiles) {
            lookedForFiles = true;
            files = NativeFiles.find();
        }
        return files.filter(_ -> hasRoom(DiskFiles.parent(DiskFiles.parent(segment))));
    }

    /** The calls, if somebody has looked for them and they are there. */
    Optional<NativeFiles> filesIfFound() {
        return files;
    }

    private boolean hasRoom(Path logDirectory) {
        try {
            Optional<FileStore> store =
                    stores.computeIfAbsent(logDirectory, SpaceAllocator::suitable);
            return store.isPresent() && store.get().getUsableSpace() / LEAST_FREE >= bytes;
        } catch (IOException unknown) {
            return false;
        }
    }

    private static Optional<FileStore> suitable(Path directory) {
        try {
            return Optional.of(Files.getFileStore(directory))
                    .filter(store -> store.type().equals(FILE_SYSTEM));
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }
}
