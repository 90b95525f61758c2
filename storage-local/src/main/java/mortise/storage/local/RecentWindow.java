package mortise.storage.local;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import mortise.api.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * The exact positions of a log's most recent batches, so that reading the tail needs neither an
 * index nor a header.
 *
 * <p>The writer adds; readers look without locks. Positions lie in chunks that grow with use, each
 * of one segment; a chunk's entries are published by its count, and the list of chunks is an
 * immutable array behind one volatile field. The window is bounded by the batches and bytes of one
 * log and by the batches of all logs.
 */
final class RecentWindow {
    private static final int LEAST_BATCHES = 8;
    private static final int MOST_BATCHES = 256;

    private final int mostBatches;
    private final long mostBytes;
    private final RecentBudget budget;
    private volatile Chunk[] chunks;
    private int batches;

    RecentWindow(Config config, RecentBudget budget, Segment segment, long end) {
        this.mostBatches = config.get(LocalSettings.RECENT_BATCHES);
        this.mostBytes = config.get(LocalSettings.RECENT_WINDOW).bytes();
        this.budget = budget;
        this.chunks = new Chunk[] {new Chunk(segment, end, segment.size(), 0)};
    }

    /** Batches of one segment, back to back. */
    private static final class Chunk {
        private static final VarHandle COUNT;

        static {
            try {
                COUNT = MethodHandles.lookup().findVarHandle(Chunk.class, "count", int.class);
            } catch (ReflectiveOperationException impossible) {
                throw new ExceptionInInitializerError(impossible);
            }
        }

        final Segment segment;

        /** The log's end before the first batch. */
        final long fromOffset;

        /** Where the first batch begins. */
        final int fromPosition;

        final long[] lastOffsets;
        final int[] ends;

        @SuppressWarnings("unused") // through COUNT
        private int count;

        Chunk(Segment segment, long fromOffset, int fromPosition, int capacity) {
            this.segment = segment;
            this.fromOffset = fromOffset;
            this.fromPosition = fromPosition;
            this.lastOffsets = new long[capacity];
            this.ends = new int[capacity];
        }

        int count() {
            return (int) COUNT.getAcquire(this);
        }

        void add(long lastOffset, int end) {
            int now = count;
            lastOffsets[now] = lastOffset;
            ends[now] = end;
            COUNT.setRelease(this, now + 1);
        }

        int capacity() {
            return ends.length;
        }

        int bytes() {
            return count == 0 ? 0 : ends[count - 1] - fromPosition;
        }
    }

    /** A batch in the window. */
    record Found(Segment segment, int position, int end) {}

    /** Remembers a batch that was appended. Writer only. */
    void add(Segment segment, long logEndBefore, int position, long lastOffset, int end) {
        Chunk[] now = chunks;
        Chunk newest = now[now.length - 1];
        if (newest.segment != segment || newest.count == newest.capacity()) {
            newest = begin(now, segment, logEndBefore, position);
        }
        newest.add(lastOffset, end);
        batches++;
    }

    private Chunk begin(Chunk[] now, Segment segment, long logEndBefore, int position) {
        int last = now[now.length - 1].capacity();
        int capacity = Math.min(MOST_BATCHES, Math.max(LEAST_BATCHES, last * 4));
        int first = 0;
        long bytes = 0;
        for (Chunk chunk : now) {
            bytes += chunk.bytes();
        }
        while (first < now.length
                && (now[first].count == 0
                        || batches + capacity > mostBatches
                        || bytes > mostBytes)) {
            bytes -= now[first].bytes();
            first += drop(now[first]);
        }
        while (!budget.take(capacity)) {
            if (first == now.length) {
                budget.force(capacity);
                break;
            }
            first += drop(now[first]);
        }
        Chunk[] next = Arrays.copyOfRange(now, first, now.length + 1);
        Chunk begun = new Chunk(segment, logEndBefore, position, capacity);
        next[next.length - 1] = begun;
        chunks = next;
        return begun;
    }

    private int drop(Chunk chunk) {
        batches -= chunk.count;
        budget.giveBack(chunk.capacity());
        return 1;
    }

    /** Forgets everything; the window begins at the end of the log. Writer only. */
    void restart(Segment segment, long end) {
        for (Chunk chunk : chunks) {
            drop(chunk);
        }
        chunks = new Chunk[] {new Chunk(segment, end, segment.size(), 0)};
    }

    /** Whether batches from this offset on would be in the window. Any thread. */
    boolean covers(long offset) {
        return offset >= chunks[0].fromOffset;
    }

    /**
     * The first batch whose last offset is not below {@code offset}, for an offset that the window
     * covers. Any thread.
     *
     * @return null if there is none yet
     */
    @Nullable Found find(long offset) {
        Chunk[] now = chunks;
        for (int i = now.length - 1; i >= 0; i--) {
            Chunk chunk = now[i];
            if (chunk.fromOffset <= offset) {
                int count = chunk.count();
                int index = Arrays.binarySearch(chunk.lastOffsets, 0, count, offset);
                int entry = index >= 0 ? index : -index - 1;
                if (entry < count) {
                    return found(chunk, entry);
                }
                // a newer chunk, begun after the count was read or empty then, follows at once
                return i + 1 < now.length && now[i + 1].count() > 0 ? found(now[i + 1], 0) : null;
            }
        }
        return null;
    }

    private static Found found(Chunk chunk, int entry) {
        int position = entry == 0 ? chunk.fromPosition : chunk.ends[entry - 1];
        return new Found(chunk.segment, position, chunk.ends[entry]);
    }
}
