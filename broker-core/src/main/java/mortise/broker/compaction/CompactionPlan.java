package mortise.broker.compaction;

import java.util.ArrayList;
import java.util.List;
import mortise.spi.storage.SealedSegment;

/**
 * What could be compacted of a log at a moment: whole sealed segments below every bound.
 *
 * @param from where what is new begins; what is below was compacted before
 * @param to where it ends; equal to {@code from} if there is nothing
 * @param cleanBytes of the segments that were compacted before
 * @param dirtyBytes of those that are new
 * @param oldestDirtyMillis the largest timestamp of the first new segment, or -1
 */
record CompactionPlan(
        List<SealedSegment> segments,
        long from,
        long to,
        long cleanBytes,
        long dirtyBytes,
        long oldestDirtyMillis) {

    /**
     * What bounds a compaction.
     *
     * @param start of the log
     * @param decided the offset below which everything is replicated and no transaction is open
     * @param compactedTo how far earlier compactions have come
     * @param untouchedAfterMillis records younger than this time stay untouched
     */
    record Bounds(long start, long decided, long compactedTo, long untouchedAfterMillis) {}

    /** Looks at the sealed segments of a log. */
    static CompactionPlan of(List<SealedSegment> sealed, Bounds bounds) {
        // a log that was cut below what was compacted begins anew
        long from = Math.max(bounds.start(), bounds.compactedTo());
        List<SealedSegment> segments = new ArrayList<>();
        long to = from;
        long clean = 0;
        long dirty = 0;
        long oldest = -1;
        for (SealedSegment segment : sealed) {
            boolean isNew = segment.endOffset() > from;
            if (segment.endOffset() > bounds.decided()
                    || (isNew && age(segment) > bounds.untouchedAfterMillis())) {
                break;
            }
            if (segment.endOffset() <= bounds.start()) {
                continue;
            }
            segments.add(segment);
            if (isNew) {
                oldest = dirty == 0 ? age(segment) : oldest;
                dirty += segment.bytes();
                to = segment.endOffset();
            } else {
                clean += segment.bytes();
            }
        }
        return new CompactionPlan(segments, from, to, clean, dirty, oldest);
    }

    /** When a segment's youngest record is from, as far as its timestamps can be believed. */
    private static long age(SealedSegment segment) {
        return segment.largestTimestamp() < 0
                ? segment.modifiedMillis()
                : segment.largestTimestamp();
    }

    /** Which share of the log is new. */
    double dirtyRatio() {
        return dirtyBytes == 0 ? 0 : (double) dirtyBytes / (cleanBytes + dirtyBytes);
    }

    /** Whether there is anything to do. */
    boolean isEmpty() {
        return dirtyBytes == 0;
    }

    /** Neighbours below an offset, in groups that make a segment of no more than so many bytes. */
    List<List<SealedSegment>> groups(long end, int segmentBytes) {
        List<List<SealedSegment>> groups = new ArrayList<>();
        List<SealedSegment> group = new ArrayList<>();
        long bytes = 0;
        for (SealedSegment segment : segments) {
            if (segment.baseOffset() >= end) {
                break;
            }
            boolean fits =
                    bytes + segment.bytes() <= segmentBytes
                            && (group.isEmpty()
                                    || segment.endOffset() - group.getFirst().baseOffset()
                                            <= Integer.MAX_VALUE);
            if (!fits && !group.isEmpty()) {
                groups.add(List.copyOf(group));
                group.clear();
                bytes = 0;
            }
            group.add(segment);
            bytes += segment.bytes();
        }
        if (!group.isEmpty()) {
            groups.add(List.copyOf(group));
        }
        return groups;
    }
}
