package mortise.storage.local;

import java.io.IOException;

/**
 * What decides when a segment's indexes get an entry, as Kafka does: after more than an interval's
 * bytes. Confined to the segment's writer, or to whoever rebuilds the indexes.
 */
final class IndexBuilder {
    private final IndexFile offsets;
    private final IndexFile times;
    private final long baseOffset;
    private int bytesSinceEntry;
    private long maxTimestamp = Segment.NO_TIMESTAMP;
    private long maxTimestampOffset = -1;
    private long lastIndexedTimestamp = Segment.NO_TIMESTAMP;

    IndexBuilder(SegmentIndexes indexes, long baseOffset) {
        this.offsets = indexes.offsets();
        this.times = indexes.times();
        this.baseOffset = baseOffset;
    }

    /** Makes sure that the entries for so many batches and bytes need no write. */
    void makeRoom(int batches, int bytes, int intervalBytes) throws IOException {
        int entries = Math.min(batches, bytes / (intervalBytes + 1) + 1);
        offsets.makeRoom(entries);
        times.makeRoom(entries);
    }

    /** Notes a batch at a position. */
    void note(long lastOffset, int position, int bytes, long timestamp, int intervalBytes) {
        noteTimestamp(timestamp, lastOffset);
        if (bytesSinceEntry > intervalBytes) {
            offsets.append(relative(lastOffset), position);
            if (maxTimestamp > lastIndexedTimestamp) {
                times.append(maxTimestamp, relative(maxTimestampOffset));
                lastIndexedTimestamp = maxTimestamp;
            }
            bytesSinceEntry = 0;
        }
        bytesSinceEntry += bytes;
    }

    private void noteTimestamp(long timestamp, long lastOffset) {
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            maxTimestampOffset = lastOffset;
        }
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    /** Writes both indexes out, with a last time entry that holds the largest timestamp. */
    void finish() throws IOException {
        if (maxTimestamp > lastIndexedTimestamp) {
            times.makeRoom(1);
            times.append(maxTimestamp, relative(maxTimestampOffset));
            lastIndexedTimestamp = maxTimestamp;
        }
        offsets.finish();
        times.finish();
    }

    /** Goes on after the last entries of indexes that were cut or loaded. */
    void resume() throws IOException {
        int timestamps = times.count();
        if (timestamps > 0) {
            maxTimestamp = times.key(timestamps - 1);
            maxTimestampOffset = baseOffset + times.value(timestamps - 1);
            lastIndexedTimestamp = maxTimestamp;
        }
        bytesSinceEntry = 0;
    }

    /** The position of the last indexed batch, or 0. */
    int lastIndexedPosition() throws IOException {
        int entries = offsets.count();
        return entries == 0 ? 0 : offsets.value(entries - 1);
    }

    /** Notes the batch of the last entry, which has its entry already. */
    void noteIndexed(long lastOffset, int bytes, long timestamp) {
        noteTimestamp(timestamp, lastOffset);
        bytesSinceEntry = bytes;
    }

    private int relative(long offset) {
        return Math.toIntExact(offset - baseOffset);
    }
}
