package mortise.storage.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogPosition;
import org.jspecify.annotations.Nullable;

/**
 * What a log holds at one moment. Immutable.
 *
 * @param sealed the segments before the active one, in order; none of them is empty
 * @param active the segment that appends go to
 * @param startOffset the first offset that may be read
 * @param endOffset the offset after the last
 */
record LogContent(
        List<MemorySegment> sealed, MemorySegment active, long startOffset, long endOffset) {
    LogContent {
        sealed = List.copyOf(sealed);
    }

    /** A log without batches that starts and ends at an offset. */
    static LogContent emptyAt(long offset) {
        return new LogContent(List.of(), MemorySegment.empty(offset), offset, offset);
    }

    /** The end as a position; offsets tell borders apart, so they serve as tokens. */
    LogPosition end() {
        return new LogPosition(endOffset, endOffset);
    }

    LogBounds bounds() {
        return new LogBounds(startOffset, endOffset);
    }

    LogContent plus(StoredBatch[] added, long nowMillis) {
        MemorySegment more = active.plus(added, nowMillis);
        return new LogContent(sealed, more, startOffset, more.endOffset());
    }

    /** The active segment is closed; the next begins at the end. */
    LogContent rolled() {
        if (active.count() == 0) {
            return this; // its batches were deleted meanwhile
        }
        List<MemorySegment> more = new ArrayList<>(sealed);
        more.add(active);
        return new LogContent(more, MemorySegment.empty(endOffset), startOffset, endOffset);
    }

    /** Without every batch whose last offset is at or beyond {@code offset}. */
    LogContent truncatedTo(long offset) {
        List<MemorySegment> kept = new ArrayList<>();
        for (MemorySegment segment : segments()) {
            MemorySegment cut = segment.endOffset() <= offset ? segment : segment.cutAt(offset);
            if (cut.count() > 0) {
                kept.add(cut);
            }
            if (cut != segment) {
                break;
            }
        }
        if (kept.isEmpty()) {
            return emptyAt(startOffset);
        }
        MemorySegment last = kept.removeLast();
        return new LogContent(kept, last, startOffset, Math.max(startOffset, last.endOffset()));
    }

    /** With one segment in the place of several that follow each other; null if they do not. */
    @Nullable LogContent with(List<MemorySegment> replaced, MemorySegment by) {
        int first = sealed.indexOf(replaced.getFirst());
        int behind = first + replaced.size();
        if (first < 0
                || behind > sealed.size()
                || !sealed.subList(first, behind).equals(replaced)) {
            return null;
        }
        List<MemorySegment> next = new ArrayList<>(sealed.subList(0, first));
        next.add(by);
        next.addAll(sealed.subList(behind, sealed.size()));
        return new LogContent(next, active, startOffset, endOffset);
    }

    /** Starting at {@code offset}, without the segments that lie wholly below it. */
    LogContent startingAt(long offset) {
        if (offset <= startOffset) {
            return this;
        }
        if (offset == endOffset) {
            return emptyAt(offset);
        }
        return new LogContent(
                sealed.stream().filter(segment -> segment.endOffset() > offset).toList(),
                active,
                offset,
                endOffset);
    }

    /** All segments, the active one last. */
    List<MemorySegment> segments() {
        if (sealed.isEmpty()) {
            return List.of(active);
        }
        List<MemorySegment> all = new ArrayList<>(sealed);
        all.add(active);
        return all;
    }

    /** The segment that holds the first batch whose last offset is not below {@code offset}. */
    MemorySegment holding(long offset) {
        int low = 0;
        int high = sealed.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sealed.get(middle).endOffset() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < sealed.size() ? sealed.get(low) : active;
    }

    /**
     * The first batch from the start on, in segments that may have one, that a condition holds of.
     */
    Optional<StoredBatch> first(
            Predicate<MemorySegment> worthwhile, Predicate<StoredBatch> condition) {
        for (MemorySegment segment : segments()) {
            if (worthwhile.test(segment)) {
                for (int i = segment.firstAtOrAfter(startOffset); i < segment.count(); i++) {
                    if (condition.test(segment.batch(i))) {
                        return Optional.of(segment.batch(i));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** How many bytes the batches have. */
    long sizeInBytes() {
        long bytes = active.sizeInBytes();
        for (MemorySegment segment : sealed) {
            bytes += segment.sizeInBytes();
        }
        return bytes;
    }

    /** What it takes of the heap. */
    long charge() {
        long bytes = active.charge();
        for (MemorySegment segment : sealed) {
            bytes += segment.charge();
        }
        return bytes;
    }
}
