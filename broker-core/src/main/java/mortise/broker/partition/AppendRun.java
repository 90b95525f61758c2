package mortise.broker.partition;

import java.nio.ByteBuffer;
import mortise.broker.mailbox.DataLane;
import mortise.record.RecordBatch;
import mortise.spi.storage.BatchSet;
import org.jspecify.annotations.Nullable;

/**
 * The produce batches of one turn of one partition, and of those the ones that were accepted, as
 * the store takes them. Reused: confined to its trampoline's thread, lent to one partition at a
 * time.
 */
final class AppendRun implements BatchSet {
    private final AppendBatch[] taken;
    private final AppendBatch[] accepted;
    private final ByteBuffer[] buffers;
    private final long[] baseOffsets;
    private final long[] lastOffsets;
    private final long[] maxTimestamps;
    private int takenCount;
    private int takenBytes;
    private int next;
    private int acceptedCount;
    private int acceptedBytes;
    private long largestTimestamp;
    private long records;
    private int leaderEpoch;
    private long openedMillis;

    AppendRun(int most) {
        taken = new AppendBatch[most];
        accepted = new AppendBatch[most];
        buffers = new ByteBuffer[most];
        baseOffsets = new long[most];
        lastOffsets = new long[most];
        maxTimestamps = new long[most];
    }

    /** Takes a batch, and what is behind it in the mailbox as far as there is room. */
    void gather(AppendBatch first, DataLane<AppendBatch> behind, int mostBytes) {
        take(first);
        while (takenCount < taken.length) {
            AppendBatch next = behind.peek();
            if (next == null || (long) takenBytes + next.sizeInBytes() > mostBytes) {
                return;
            }
            take(behind.take());
        }
    }

    /** Puts a batch at the end of what was taken from the mailbox. */
    void take(AppendBatch batch) {
        taken[takenCount++] = batch;
        takenBytes += batch.sizeInBytes();
    }

    int takenCount() {
        return takenCount;
    }

    AppendBatch taken(int index) {
        return taken[index];
    }

    /** Whether something was taken that is neither accepted nor skipped. */
    boolean hasMore() {
        return next < takenCount;
    }

    /** The first batch that is neither accepted nor skipped, or null. */
    @Nullable AppendBatch next() {
        return next < takenCount ? taken[next] : null;
    }

    /** Leaves the {@link #next} batch out. */
    void skip() {
        next++;
    }

    /** What is accepted from now on is of this epoch; nothing is yet. */
    void open(int epoch, long nowMillis) {
        leaderEpoch = epoch;
        openedMillis = nowMillis;
        acceptedCount = 0;
        acceptedBytes = 0;
        largestTimestamp = RecordBatch.NO_TIMESTAMP;
        records = 0;
    }

    /** The wall clock when it was opened. */
    long openedMillis() {
        return openedMillis;
    }

    /** Puts the {@link #next} batch, stamped, among those to be written. */
    void accept(AppendBatch command) {
        RecordBatch batch = command.batch();
        next++;
        int index = acceptedCount++;
        long maxTimestamp = batch.maxTimestamp();
        long last = batch.lastOffset();
        accepted[index] = command;
        buffers[index] = batch.buffer();
        baseOffsets[index] = batch.baseOffset();
        lastOffsets[index] = last;
        maxTimestamps[index] = maxTimestamp;
        acceptedBytes += command.sizeInBytes();
        largestTimestamp = Math.max(largestTimestamp, maxTimestamp);
        records += batch.recordCount();
    }

    AppendBatch accepted(int index) {
        return accepted[index];
    }

    /** The largest timestamp among the accepted. */
    long largestTimestamp() {
        return largestTimestamp;
    }

    /** How many records the accepted have. */
    long records() {
        return records;
    }

    /** Lets go of everything, so that no frame is held by a thread that idles. */
    @SuppressWarnings("NullAway") // no slot beyond the counts is ever read
    void clear() {
        for (int i = 0; i < takenCount; i++) {
            taken[i] = null;
        }
        for (int i = 0; i < acceptedCount; i++) {
            accepted[i] = null;
            buffers[i] = null;
        }
        takenCount = 0;
        takenBytes = 0;
        next = 0;
        open(RecordBatch.NO_LEADER_EPOCH, 0);
    }

    @Override
    public int count() {
        return acceptedCount;
    }

    @Override
    public ByteBuffer buffer(int index) {
        return buffers[index];
    }

    @Override
    public long baseOffset(int index) {
        return baseOffsets[index];
    }

    @Override
    public long lastOffset(int index) {
        return lastOffsets[index];
    }

    @Override
    public long maxTimestamp(int index) {
        return maxTimestamps[index];
    }

    @Override
    public int leaderEpoch(int index) {
        return leaderEpoch;
    }

    @Override
    public int sizeInBytes() {
        return acceptedBytes;
    }
}
