package mortise.broker.partition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The true largest timestamps of a partition's records, as far as its batches have been opened to
 * see them. Headers are written by clients and cannot be believed, so a look-up by timestamp opens
 * what it passes; what it saw is kept here, and the next one opens only what came since.
 *
 * <p>What has been seen is one range of offsets without gaps, divided into stretches that grow with
 * it: there are at most {@link #MOST_STRETCHES}, of 17 bytes each. It lives as long as the
 * partition is open; a log that were truncated under it would need a new one.
 *
 * <p>Thread-safe; no method waits for anything but the others.
 */
public final class VerifiedTimestamps {
    static final int MOST_STRETCHES = 4_096;
    private static final int FIRST_STRETCHES = 4;
    private static final long FIRST_STRETCH_BYTES = 1 << 20;

    private long begin = -1;
    private long[] ends = {};
    private long[] largest = {};
    private boolean[] honest = {};
    private int count;
    private long stretchBytes = FIRST_STRETCH_BYTES;
    private long lastBytes;
    private boolean extending;
    private List<Runnable> waiting = new ArrayList<>(0);

    /**
     * A range of offsets whose batches have all been opened.
     *
     * @param from the first offset
     * @param to the offset after the last
     * @param largest the largest timestamp of its records
     * @param honest whether no header in it states less than its records have
     */
    public record Stretch(long from, long to, long largest, boolean honest) {}

    /** The offset after everything seen; -1 if nothing was. */
    public synchronized long end() {
        return count == 0 ? -1 : ends[count - 1];
    }

    /** The first stretch that reaches beyond an offset and has a timestamp or a later one. */
    public synchronized @Nullable Stretch atOrAfter(long offset, long timestamp) {
        for (int i = 0; i < count; i++) {
            if (ends[i] > offset && largest[i] >= timestamp) {
                return stretch(i);
            }
        }
        return null;
    }

    /** The first of the stretches within a range that have the largest timestamp. */
    public synchronized @Nullable Stretch largestWithin(long from, long to) {
        int best = -1;
        for (int i = 0; i < count; i++) {
            boolean within = from(i) >= from && ends[i] <= to;
            if (within && (best < 0 || largest[i] > largest[best])) {
                best = i;
            }
        }
        return best < 0 ? null : stretch(best);
    }

    /** The stretch that an offset lies in. */
    public synchronized @Nullable Stretch around(long offset) {
        for (int i = 0; i < count; i++) {
            if (from(i) <= offset && offset < ends[i]) {
                return stretch(i);
            }
        }
        return null;
    }

    /**
     * Makes the caller the one who opens what follows {@link #end}, until it calls {@link
     * #extended}.
     *
     * @param whenFree run once the one who is at it has stopped; the caller is to look again then
     * @return false if somebody is at it
     */
    public synchronized boolean tryExtend(Runnable whenFree) {
        if (extending) {
            waiting.add(whenFree);
            return false;
        }
        extending = true;
        return true;
    }

    /** Lets others extend it, and has those who wait look again. */
    public void extended() {
        List<Runnable> next;
        synchronized (this) {
            extending = false;
            next = waiting;
            waiting = new ArrayList<>(0);
        }
        next.forEach(Runnable::run);
    }

    private Stretch stretch(int index) {
        return new Stretch(from(index), ends[index], largest[index], honest[index]);
    }

    private long from(int index) {
        return index == 0 ? begin : ends[index - 1];
    }

    /**
     * Adds what was seen after {@link #end}. A range that does not follow it replaces everything:
     * what lay before has been deleted meanwhile.
     *
     * @param seen from where to where, and what was there
     * @param start the log's first offset: what lies below is forgotten when there is no room
     * @param bytes how many bytes of log it has
     */
    public synchronized void add(Stretch seen, long start, long bytes) {
        if (seen.to() <= end() || seen.to() <= seen.from()) {
            return;
        }
        if (count == 0 || seen.from() > end()) {
            count = 0;
            begin = seen.from();
            stretchBytes = FIRST_STRETCH_BYTES;
        }
        if (count > 0 && lastBytes + bytes <= stretchBytes) {
            int last = count - 1;
            ends[last] = seen.to();
            largest[last] = Math.max(largest[last], seen.largest());
            honest[last] &= seen.honest();
            lastBytes += bytes;
            return;
        }
        makeRoom(start);
        ends[count] = seen.to();
        largest[count] = seen.largest();
        honest[count] = seen.honest();
        count++;
        lastBytes = bytes;
    }

    private void makeRoom(long start) {
        if (count == MOST_STRETCHES) {
            forgetBelow(start);
        }
        if (count == MOST_STRETCHES) {
            mergePairs();
        }
        if (count == ends.length) {
            int more = Math.clamp(2L * count, FIRST_STRETCHES, MOST_STRETCHES);
            ends = Arrays.copyOf(ends, more);
            largest = Arrays.copyOf(largest, more);
            honest = Arrays.copyOf(honest, more);
        }
    }

    private void forgetBelow(long start) {
        int gone = 0;
        while (gone < count && ends[gone] <= start) {
            gone++;
        }
        if (gone > 0) {
            begin = ends[gone - 1];
            count -= gone;
            System.arraycopy(ends, gone, ends, 0, count);
            System.arraycopy(largest, gone, largest, 0, count);
            System.arraycopy(honest, gone, honest, 0, count);
        }
    }

    private void mergePairs() {
        int kept = 0;
        for (int i = 0; i + 1 < count; i += 2) {
            ends[kept] = ends[i + 1];
            largest[kept] = Math.max(largest[i], largest[i + 1]);
            honest[kept] = honest[i] && honest[i + 1];
            kept++;
        }
        count = kept;
        stretchBytes *= 2;
        lastBytes = stretchBytes;
    }
}
