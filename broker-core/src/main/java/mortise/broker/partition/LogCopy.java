package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import mortise.api.Clock;
import mortise.api.metrics.Counter;
import mortise.broker.compaction.Throttle;
import mortise.broker.log.CopiedBatches;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;

/**
 * Copies batches from a log to its future log until that holds the same. Beside the writer of the
 * former; it is the writer of the latter. Used by one thread at a time.
 */
final class LogCopy {
    private static final int CHUNK_BYTES = 1 << 20;

    private final PartitionLog from;
    private final PartitionLog to;
    private final Throttle throttle;
    private final Counter copiedBytes;
    private final Clock clock;
    private final BooleanSupplier givenUp;
    private boolean begun;
    private long compactedAtBegin;

    /**
     * A copy of which nothing, or a part, is there.
     *
     * @param givenUp whether it is to end before it is whole
     */
    LogCopy(
            PartitionLog from,
            PartitionLog to,
            Throttle throttle,
            Counter copiedBytes,
            Clock clock,
            BooleanSupplier givenUp) {
        this.from = from;
        this.to = to;
        this.throttle = throttle;
        this.copiedBytes = copiedBytes;
        this.clock = clock;
        this.givenUp = givenUp;
    }

    /** How many bytes the copy has. */
    long sizeInBytes() {
        return to.sizeInBytes();
    }

    /** How many offsets it lacks. */
    long lag() {
        return Math.max(0, from.end().offset() - to.end().offset());
    }

    /** The copy as a log. */
    PartitionLog copy() {
        return to;
    }

    /** Applies changed settings. */
    void configure(LogSettings settings) {
        to.configure(settings);
    }

    /** Makes durable what was copied. */
    void sync() {
        to.sync();
    }

    /**
     * Copies what the log has now and the copy has not.
     *
     * @param mostBytes after how many bytes to stop, if not everything has been copied
     * @return how many bytes were copied
     * @throws StorageException if either log refuses
     */
    long catchUp(int segmentBytes, long mostBytes) {
        begin();
        LogPosition end = from.end();
        long copied = 0;
        while (to.end().offset() < end.offset() && copied < mostBytes && !givenUp.getAsBoolean()) {
            follow();
            long next = Math.max(to.end().offset(), from.bounds().startOffset());
            int bytes;
            try {
                bytes = copyChunk(next, end, Math.min(CHUNK_BYTES, segmentBytes));
            } catch (OffsetOutOfRangeException startMoved) {
                continue; // on to the new start
            }
            if (bytes == 0) {
                break;
            }
            copied += bytes;
            copiedBytes.add(bytes);
            throttle.pass(bytes, givenUp);
        }
        follow();
        return copied;
    }

    /** What is copied from now on was compacted so far at least, and no further is known. */
    private void begin() {
        if (!begun) {
            begun = true;
            restoreAborted();
            if (isEmpty()) {
                compactedAtBegin = from.compaction().map(LogCompaction::compactedTo).orElse(0L);
            }
        }
    }

    /** Has a copy that a crash interrupted know again which transactions were aborted. */
    private void restoreAborted() {
        long known = to.abortedKnownTo();
        long end = Math.min(to.end().offset(), from.end().offset());
        if (known < end) {
            to.restoreAborted(
                    known,
                    from.abortedTransactions(known, end).stream()
                            .filter(one -> one.lastOffset() >= known && one.lastOffset() < end)
                            .toList());
        }
    }

    /** Follows the log's start, and begins anew if the log has become shorter than its copy. */
    private void follow() {
        long start = from.bounds().startOffset();
        long end = to.end().offset();
        if (end > from.end().offset() || end < start) {
            to.reset(start);
        } else if (to.bounds().startOffset() < start) {
            to.advanceStart(start);
        }
    }

    private int copyChunk(long next, LogPosition end, int mostBytes) {
        ByteBuffer chunk;
        try (LogSlice slice = from.read(next, end, mostBytes, true)) {
            chunk = slice.copy();
        }
        if (!chunk.hasRemaining()) {
            return 0;
        }
        CopiedBatches batches = CopiedBatches.of(chunk, next, from);
        if (batches.baseOffset(0) < to.end().offset()) {
            if (!isEmpty()) {
                to.reset(from.bounds().startOffset()); // it ends where the log has no border
                return 1;
            }
            to.reset(batches.baseOffset(0)); // the log starts within its first batch
        }
        boolean rolled =
                to.rollIfNeeded(
                                batches.sizeInBytes(),
                                batches.largestTimestamp(),
                                clock.wallMillis())
                        .isPresent();
        to.append(batches);
        if (rolled) {
            to.sync(); // so that little is left when the copy is whole
        }
        return batches.sizeInBytes();
    }

    private boolean isEmpty() {
        return to.bounds().startOffset() == to.bounds().endOffset();
    }

    /** Whether the copy holds what the log does. */
    boolean isWhole() {
        return to.bounds().equals(from.bounds());
    }

    /** Notes how far the copy is known to have been compacted. */
    void noteCompacted() {
        to.compaction().ifPresent(compaction -> compaction.noteCompactedTo(compactedAtBegin));
    }
}
