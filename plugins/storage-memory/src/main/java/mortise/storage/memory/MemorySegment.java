package mortise.storage.memory;

import java.util.Arrays;
import java.util.List;

/**
 * A run of batches that rolls and goes as one. Immutable to its readers: a segment with more
 * batches is another object, which may share the array behind this one's count. Only the latest
 * segment of a log is added to; one that was cut has an array of its own.
 */
final class MemorySegment {
    /** The largest timestamp of a segment without batches. */
    static final long NO_TIMESTAMP = Long.MIN_VALUE;

    private static final int LEAST_SLOTS = 8;

    private final long baseOffset;
    private final StoredBatch[] slots;
    private final int count;
    private final long bytes;
    private final long maxTimestamp;
    private final long begunAtMillis;
    private final long addedAtMillis;

    private MemorySegment(
            long baseOffset,
            StoredBatch[] slots,
            int count,
            long bytes,
            long maxTimestamp,
            long begunAtMillis,
            long addedAtMillis) {
        this.baseOffset = baseOffset;
        this.slots = slots;
        this.count = count;
        this.bytes = bytes;
        this.maxTimestamp = maxTimestamp;
        this.begunAtMillis = begunAtMillis;
        this.addedAtMillis = addedAtMillis;
    }

    /** A segment with nothing in it. */
    static MemorySegment empty(long baseOffset) {
        return new MemorySegment(
                baseOffset,
                new StoredBatch[LEAST_SLOTS],
                0,
                0,
                NO_TIMESTAMP,
                Long.MAX_VALUE,
                Long.MIN_VALUE);
    }

    /** This and more batches. Writer only, on the latest segment. */
    MemorySegment plus(StoredBatch[] added, long nowMillis) {
        int newCount = count + added.length;
        StoredBatch[] room =
                newCount <= slots.length
                        ? slots
                        : Arrays.copyOf(slots, Math.max(newCount, 2 * slots.length));
        System.arraycopy(added, 0, room, count, added.length);
        long newBytes = bytes;
        long newest = maxTimestamp;
        for (StoredBatch batch : added) {
            newBytes += batch.sizeInBytes();
            newest = Math.max(newest, batch.maxTimestamp());
        }
        return new MemorySegment(
                baseOffset,
                room,
                newCount,
                newBytes,
                newest,
                Math.min(begunAtMillis, nowMillis),
                Math.max(addedAtMillis, nowMillis));
    }

    /** The batches whose last offset is below {@code offset}. */
    MemorySegment cutAt(long offset) {
        int kept = firstAtOrAfter(offset);
        if (kept == 0) {
            return empty(baseOffset);
        }
        StoredBatch[] own = Arrays.copyOf(slots, Math.max(kept, LEAST_SLOTS));
        Arrays.fill(own, kept, own.length, null);
        long keptBytes = 0;
        long newest = NO_TIMESTAMP;
        for (int i = 0; i < kept; i++) {
            keptBytes += own[i].sizeInBytes();
            newest = Math.max(newest, own[i].maxTimestamp());
        }
        return new MemorySegment(
                baseOffset, own, kept, keptBytes, newest, begunAtMillis, addedAtMillis);
    }

    /** One segment in the place of several, with what is left of their batches. */
    static MemorySegment compacted(List<MemorySegment> replaced, List<StoredBatch> left) {
        MemorySegment all = empty(replaced.getFirst().baseOffset);
        return all.plus(left.toArray(StoredBatch[]::new), replaced.getLast().addedAtMillis);
    }

    long baseOffset() {
        return baseOffset;
    }

    int count() {
        return count;
    }

    StoredBatch batch(int index) {
        return slots[index];
    }

    long sizeInBytes() {
        return bytes;
    }

    /** What it takes of the heap. */
    long charge() {
        return StoredBatch.charge(count, bytes);
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    /** The largest timestamp of its first batch; it must have one. */
    long firstTimestamp() {
        return slots[0].maxTimestamp();
    }

    /** The wall clock when its first batch came, or the largest number if none did. */
    long begunAtMillis() {
        return begunAtMillis;
    }

    /** The wall clock when its latest batch came, or the least number if none did. */
    long addedAtMillis() {
        return addedAtMillis;
    }

    /** The offset after its last batch, or its base offset. */
    long endOffset() {
        return count == 0 ? baseOffset : slots[count - 1].lastOffset() + 1;
    }

    /** The first batch whose last offset is not below {@code offset}, or the count. */
    int firstAtOrAfter(long offset) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (slots[middle].lastOffset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
