package mortise.broker.partition;

import java.util.ArrayDeque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.PartitionLog;

/**
 * Up to where a partition's records are decided: no transaction begins before it that is open, or
 * whose marker is not below the high watermark yet, for such a marker may still be lost.
 *
 * <p>Confined to the partition's mailbox, or to the step for which that is suspended.
 */
final class LastStable {
    /** Of every transaction that holds it back, where that begins. */
    private final NavigableMap<Long, LogPosition> begins = new TreeMap<>();

    /** Those of them that have ended, in the order of their markers. */
    private final Queue<Ended> ended = new ArrayDeque<>();

    /** A transaction whose marker is in the log. */
    record Ended(long firstOffset, long markerOffset) {}

    /**
     * As it is when a log is opened. Blocks.
     *
     * @param open where the open transactions begin
     * @param unsure those that have ended, with markers that may not be below the high watermark,
     *     in the order of these
     */
    LastStable(PartitionLog log, List<Long> open, List<Ended> unsure) {
        long start = log.bounds().startOffset();
        open.forEach(first -> begins.put(first, log.position(Math.max(first, start))));
        unsure.forEach(one ->
                begins.put(one.firstOffset(), log.position(Math.max(one.firstOffset(), start))));
        ended.addAll(unsure);
    }

    /** Where it is below a high watermark. */
    LogPosition below(LogPosition highWatermark) {
        for (Ended next = ended.peek();
                next != null && next.markerOffset() < highWatermark.offset();
                next = ended.peek()) {
            ended.remove();
            begins.remove(next.firstOffset());
        }
        return begins.isEmpty() || begins.firstKey() >= highWatermark.offset()
                ? highWatermark
                : begins.firstEntry().getValue();
    }

    /** Finds every place anew: the log has moved. Blocks. */
    void relocate(PartitionLog log) {
        long start = log.bounds().startOffset();
        begins.replaceAll((first, before) -> log.position(Math.max(first, start)));
    }
}
