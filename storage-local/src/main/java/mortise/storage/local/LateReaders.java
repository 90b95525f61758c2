package mortise.storage.local;

import java.util.concurrent.atomic.AtomicLongArray;
import mortise.api.Clock;

/**
 * Which parts of which segments were read past the page cache within the last minutes. Whoever
 * reads such a part is not alone with it, and brings it into the page cache for those who follow:
 * otherwise each of many readers that catch up would ask the disk for all of it. Remembers a
 * bounded number of parts and forgets some when two meet in one place, which costs one more read of
 * the disk. Thread-safe, without locks.
 */
final class LateReaders {
    private static final int PARTS = 1 << 14;
    private static final int PART_SHIFT = 20;

    /** How long something counts as lately, in powers of two of nanoseconds: 275 s, up to twice. */
    private static final int AGE_SHIFT = 38;

    private static final int AGE_BITS = 8;
    private static final int END_BITS = 31;

    /** In each place: 25 bits of whose part it is, 8 of when it was read, 31 of up to where. */
    private final AtomicLongArray places = new AtomicLongArray(PARTS);

    private final Clock clock;

    LateReaders(Clock clock) {
        this.clock = clock;
    }

    /**
     * Whether somebody else has read what lies at a position. Whoever goes on where a read has
     * ended meets its own end, and is nobody else.
     */
    boolean hasRead(Segment segment, int position) {
        long hash = hash(segment, position >> PART_SHIFT);
        long place = places.getPlain(index(hash));
        long age = (now() - (place >>> END_BITS)) & ((1 << AGE_BITS) - 1);
        return place >>> (END_BITS + AGE_BITS) == owner(hash)
                && age <= 1
                && position < (place & Integer.MAX_VALUE);
    }

    /** Notes a read, up to where the next one begins. */
    void note(Segment segment, int from, int to) {
        for (int part = from >> PART_SHIFT; part <= to >> PART_SHIFT; part++) {
            long hash = hash(segment, part);
            long now = now() & ((1 << AGE_BITS) - 1);
            places.setPlain(
                    index(hash), owner(hash) << (END_BITS + AGE_BITS) | now << END_BITS | to);
        }
    }

    private long now() {
        return clock.nanoTime() >>> AGE_SHIFT;
    }

    private static long hash(Segment segment, int part) {
        long hash = ((long) System.identityHashCode(segment) << 32 | part) * 0x9E3779B97F4A7C15L;
        return hash ^ hash >>> 29;
    }

    private static int index(long hash) {
        return (int) (hash & (PARTS - 1));
    }

    private static long owner(long hash) {
        return hash >>> (END_BITS + AGE_BITS);
    }
}
