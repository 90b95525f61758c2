package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that a segment's file has beyond its end. The writer says how far it has come; blocks
 * are given beside it, and taken back when the segment is complete.
 */
final class SpaceAhead {
    /** Of a segment that gets none. */
    static final SpaceAhead NONE = new SpaceAhead(null, Path.of(""), 0, false);

    /** Who has written so much, in less time than that, is going to write more. */
    private static final int BUSY_BYTES = SpaceAllocator.STEP_BYTES / 4;

    private static final long BUSY_NANOS = 30_000_000_000L;

    private final @Nullable SpaceAllocator allocator;
    private final Path file;

    // the writer's
    private final boolean busyFromBegin;
    private final boolean found;
    private int lookAt;
    private int askedTo;
    private int lookedAtBytes;
    private long lookedAtNanos;
    private boolean busy;

    // guarded by this
    private boolean served;
    private boolean ended;

    SpaceAhead(@Nullable SpaceAllocator allocator, Path file, int begun, boolean busy) {
        this.allocator = allocator;
        this.file = file;
        this.busyFromBegin = busy;
        this.found = begun > 0; // a crash may have left it what it was given before
        this.busy = busy;
        this.lookAt = allocator == null ? Integer.MAX_VALUE : busy ? 1 : begun + 1;
        this.askedTo = begun;
    }

    /** From how many bytes on {@link #wrote} is to be called. */
    int lookAt() {
        return lookAt;
    }

    /** Whether the segment is filled quickly. */
    boolean isBusy() {
        return busy;
    }

    /**
     * Says how many bytes are written, and how many there are going to be at most; asks for more
     * blocks if that is worth it. By the writer.
     */
    void wrote(int size, int most, long nowNanos) {
        SpaceAllocator giving = allocator;
        if (giving == null) {
            return;
        }
        boolean first = lookedAtBytes == 0;
        busy = first ? busyFromBegin : nowNanos - lookedAtNanos < BUSY_NANOS;
        lookedAtBytes = size;
        lookedAtNanos = nowNanos;
        lookAt = size > Integer.MAX_VALUE - BUSY_BYTES ? Integer.MAX_VALUE : size + BUSY_BYTES;
        int from = Math.max(askedTo, size);
        boolean enough = from - size >= SpaceAllocator.STEP_BYTES / 2 || from >= most;
        if (busy && !enough) {
            int bytes = Math.min(SpaceAllocator.STEP_BYTES, most - from);
            askedTo = from + bytes;
            giving.later(() -> give(giving, from, bytes));
        }
    }

    private synchronized void give(SpaceAllocator giving, int from, int bytes) {
        Optional<NativeFiles> files = ended ? Optional.empty() : giving.filesFor(file);
        if (files.isEmpty()) {
            return;
        }
        served = served || giving.enter();
        if (served) {
            // where that fails, appends work as well
            var _ = files.get().allocate(file, from, bytes);
        }
    }

    /**
     * Takes back what the segment does not need any more, for it is complete. Nobody writes to it,
     * or puts another in its place, meanwhile.
     */
    synchronized void giveBack(int size) {
        boolean given = served || found;
        end();
        SpaceAllocator giving = allocator;
        Optional<NativeFiles> files =
                given && giving != null ? giving.filesIfFound() : Optional.empty();
        try {
            if (files.isPresent() && Files.size(file) == size) {
                var _ = files.get().truncate(file, size);
            }
        } catch (IOException gone) {
            // it lies elsewhere now, or nowhere
        }
    }

    /** Gives no more; what the file has goes with it, or stays. */
    synchronized void end() {
        ended = true;
        SpaceAllocator giving = allocator;
        if (served && giving != null) {
            served = false;
            giving.leave();
        }
    }
}
