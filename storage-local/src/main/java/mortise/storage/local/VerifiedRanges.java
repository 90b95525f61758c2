package mortise.storage.local;

import java.util.Arrays;

/**
 * Which bytes of a segment's file need no more checking before they are served: this process wrote
 * them, or it found their checksums right since they came from the disk. It keeps a bounded number
 * of ranges and forgets the shortest beyond it, which costs a second check. Thread-safe; asking
 * takes no lock.
 */
final class VerifiedRanges {
    private static final int MOST = 8;
    private static final int[] NONE = {};
    private static final int[] ALL = {0, Integer.MAX_VALUE};

    /** Begin and end of each range, in order; never changed in place. */
    private volatile int[] ranges;

    private VerifiedRanges(int[] ranges) {
        this.ranges = ranges;
    }

    /** Of a file that this process begins. */
    static VerifiedRanges all() {
        return new VerifiedRanges(ALL);
    }

    /** Of a file that it finds. */
    static VerifiedRanges none() {
        return new VerifiedRanges(NONE);
    }

    /** Whether all bytes from one position to another have been checked. */
    boolean has(int from, int to) {
        int[] now = ranges;
        for (int i = 0; i < now.length; i += 2) {
            if (now[i] <= from && to <= now[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** Notes that bytes are as they were written. */
    synchronized void add(int from, int to) {
        if (from >= to || has(from, to)) {
            return;
        }
        int[] now = ranges;
        int begin = from;
        int end = to;
        int[] next = new int[now.length + 2];
        int count = 0;
        boolean placed = false;
        for (int i = 0; i < now.length; i += 2) {
            if (now[i + 1] < begin) {
                count = put(next, count, now[i], now[i + 1]);
            } else if (now[i] > end) {
                if (!placed) {
                    count = put(next, count, begin, end);
                    placed = true;
                }
                count = put(next, count, now[i], now[i + 1]);
            } else {
                begin = Math.min(begin, now[i]);
                end = Math.max(end, now[i + 1]);
            }
        }
        if (!placed) {
            count = put(next, count, begin, end);
        }
        ranges = bounded(next, count);
    }

    /** Forgets what lies at or beyond a position: the disk may be asked for it again. */
    synchronized void forgetFrom(int position) {
        int[] now = ranges;
        int[] next = new int[now.length];
        int count = 0;
        for (int i = 0; i < now.length && now[i] < position; i += 2) {
            count = put(next, count, now[i], Math.min(now[i + 1], position));
        }
        ranges = bounded(next, count);
    }

    private static int put(int[] into, int count, int begin, int end) {
        into[count] = begin;
        into[count + 1] = end;
        return count + 2;
    }

    private static int[] bounded(int[] all, int count) {
        if (count <= 2 * MOST) {
            return Arrays.copyOf(all, count);
        }
        int shortest = 0;
        for (int i = 2; i < count; i += 2) {
            if (all[i + 1] - all[i] < all[shortest + 1] - all[shortest]) {
                shortest = i;
            }
        }
        int[] fewer = new int[count - 2];
        System.arraycopy(all, 0, fewer, 0, shortest);
        System.arraycopy(all, shortest + 2, fewer, shortest, count - shortest - 2);
        return fewer;
    }
}
