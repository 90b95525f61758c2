package mortise.tck.storage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import mortise.spi.storage.TimestampPosition;

/**
 * What a log should hold, in memory. Immutable.
 *
 * @param start the first offset that may be read
 * @param endLow the least that the end offset may be; it differs from {@code endHigh} after a
 *     truncation into the middle of a batch, until the store has said where it put the end
 * @param endHigh the most that the end offset may be
 * @param batches those with an offset at or above the start, in order
 */
record LogState(long start, long endLow, long endHigh, List<SampleBatch> batches) {
    static final LogState EMPTY = new LogState(0, 0, 0, List.of());

    LogState {
        batches = List.copyOf(batches);
    }

    LogState append(SampleBatch batch) {
        if (batch.baseOffset() < endLow) {
            throw new IllegalArgumentException(batch + " lies before the end " + endLow);
        }
        List<SampleBatch> more = new ArrayList<>(batches);
        more.add(batch);
        return new LogState(start, batch.lastOffset() + 1, batch.lastOffset() + 1, more);
    }

    LogState truncateTo(long offset) {
        if (offset >= endHigh) {
            return this;
        }
        List<SampleBatch> kept =
                batches.stream().filter(batch -> batch.lastOffset() < offset).toList();
        return new LogState(
                start, endOf(kept, start), Math.max(start, Math.min(offset, endHigh)), kept);
    }

    LogState reset(long offset) {
        return new LogState(offset, offset, offset, List.of());
    }

    LogState advanceStart(long offset) {
        if (offset <= start) {
            return this;
        }
        return new LogState(
                offset,
                Math.max(endLow, offset),
                Math.max(endHigh, offset),
                batches.stream().filter(batch -> batch.lastOffset() >= offset).toList());
    }

    /** The same without some of its batches, which compaction took. */
    LogState without(Predicate<SampleBatch> gone) {
        return new LogState(
                start, endLow, endHigh, batches.stream().filter(gone.negate()).toList());
    }

    /** The same with others in the place of the batches below an offset. */
    LogState rewritten(long below, List<SampleBatch> by) {
        List<SampleBatch> all = new ArrayList<>(by);
        batches.stream().filter(batch -> batch.baseOffset() >= below).forEach(all::add);
        return new LogState(start, endLow, endHigh, all);
    }

    /** The same with the end where the store put it. */
    LogState endingAt(long offset) {
        return new LogState(start, offset, offset, batches);
    }

    /** The same after a reopen, which may forget that the end lay in a gap. */
    LogState reopened() {
        return batches.isEmpty()
                ? new LogState(start, start, endHigh, batches)
                : new LogState(start, endOf(batches, start), endHigh, batches);
    }

    private static long endOf(List<SampleBatch> kept, long start) {
        return kept.isEmpty() ? start : Math.max(start, kept.getLast().lastOffset() + 1);
    }

    /** The batches that a read at {@code offset}, bounded by {@code upTo}, may give. */
    List<SampleBatch> from(long offset, long upTo) {
        return batches.stream()
                .filter(batch -> batch.lastOffset() >= offset && batch.baseOffset() < upTo)
                .toList();
    }

    Optional<TimestampPosition> atOrAfter(long timestamp) {
        return batches.stream()
                .filter(batch -> batch.maxTimestamp() >= timestamp)
                .findFirst()
                .map(LogState::position);
    }

    /** The largest timestamp of the log; nothing if it is empty. */
    Optional<Long> largestTimestamp() {
        return batches.stream()
                .max(Comparator.comparingLong(SampleBatch::maxTimestamp))
                .map(SampleBatch::maxTimestamp);
    }

    static TimestampPosition position(SampleBatch batch) {
        return new TimestampPosition(
                batch.baseOffset(), batch.lastOffset(), batch.maxTimestamp(), batch.leaderEpoch());
    }

    long sizeInBytes() {
        return batches.stream().mapToLong(SampleBatch::sizeInBytes).sum();
    }

    @Override
    public String toString() {
        String end = endLow == endHigh ? "" + endLow : endLow + "–" + endHigh;
        return "[" + start + ", " + end + ") " + batches;
    }
}
