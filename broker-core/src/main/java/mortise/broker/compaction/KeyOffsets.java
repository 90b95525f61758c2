package mortise.broker.compaction;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * The offset of the last record of each key, for as many keys as find room: a hash table with open
 * addressing in memory of its own, of which a slot is a key's 128-bit hash and the offset. The
 * memory is given back when it is closed. Confined to one thread.
 */
public final class KeyOffsets implements AutoCloseable {
    /** What {@link #offset} says of a key that it does not know. */
    static final long NONE = -1;

    static final int SLOT_BYTES = 3 * Long.BYTES;

    private static final double MOST_FULL = 0.9;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment slots;
    private final long slotCount;
    private final long mostKeys;
    private final KeyHash hash;
    private long keys;
    private long latestOffset = NONE;

    /**
     * An empty table.
     *
     * @param bytes how much memory it takes, of which nine tenths are used
     */
    public KeyOffsets(long bytes, KeyHash hash) {
        this.hash = hash;
        slotCount = Math.max(2, bytes / SLOT_BYTES);
        mostKeys = Math.max(1, (long) (slotCount * MOST_FULL));
        slots = arena.allocate(slotCount * SLOT_BYTES, Long.BYTES);
    }

    /** How much memory holds so many keys. */
    public static long bytesFor(long keys) {
        return (long) Math.ceil((keys + 1) / MOST_FULL) * SLOT_BYTES;
    }

    /**
     * Notes that a key's last record is at an offset, which is not below those noted before.
     *
     * @return false if there is no room for another key; nothing is noted then
     */
    public boolean put(ByteBuffer key, long offset) {
        long at = find(key);
        if (isEmpty(at)) {
            if (keys == mostKeys) {
                return false;
            }
            slots.set(ValueLayout.JAVA_LONG, at, hash.low());
            slots.set(ValueLayout.JAVA_LONG, at + Long.BYTES, hash.high());
            keys++;
        }
        // an empty slot's offset is 0, so what is kept is one more
        slots.set(ValueLayout.JAVA_LONG, at + 2L * Long.BYTES, offset + 1);
        return true;
    }

    /** The offset of a key's last record, or {@link #NONE}. */
    public long offset(ByteBuffer key) {
        return slots.get(ValueLayout.JAVA_LONG, find(key) + 2L * Long.BYTES) - 1;
    }

    private long find(ByteBuffer key) {
        hash.of(key);
        long low = hash.low();
        long high = hash.high();
        long slot = Long.remainderUnsigned(low, slotCount);
        while (true) {
            long at = slot * SLOT_BYTES;
            if (isEmpty(at)
                    || (slots.get(ValueLayout.JAVA_LONG, at) == low
                            && slots.get(ValueLayout.JAVA_LONG, at + Long.BYTES) == high)) {
                return at;
            }
            slot = slot + 1 == slotCount ? 0 : slot + 1;
        }
    }

    private boolean isEmpty(long at) {
        return slots.get(ValueLayout.JAVA_LONG, at + 2L * Long.BYTES) == 0;
    }

    /** Everything up to an offset has been noted, whether or not it has keys. */
    void noteRead(long offset) {
        latestOffset = Math.max(latestOffset, offset);
    }

    /** The offset up to which everything has been noted, or {@link #NONE}. */
    long latestOffset() {
        return latestOffset;
    }

    /** How many keys there are. */
    long keys() {
        return keys;
    }

    @Override
    public void close() {
        arena.close();
    }
}
