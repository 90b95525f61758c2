package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;

/**
 * Appends batches to a log, and begins another segment when the active one is full or old. Confined
 * to the writer; it takes no lock but to begin a segment.
 */
final class LogAppender {
    private final LogContext log;
    private final LogExtent extent;
    private final LogHealth health;
    private final LogNames names;
    private final LogSync sync;
    private ByteBuffer[] buffers = new ByteBuffer[4];
    private int[] sizes = new int[4];

    LogAppender(LogContext log, LogExtent extent, LogHealth health, LogNames names, LogSync sync) {
        this.log = log;
        this.extent = extent;
        this.health = health;
        this.names = names;
        this.sync = sync;
    }

    /** Begins another segment if the active one is to take no more; gives its first offset. */
    OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        health.check();
        Segment segment = extent.active();
        if (segment.size() == 0) {
            return OptionalLong.empty();
        }
        segment.begunAt(nowMillis);
        LogSettings settings = log.settings();
        try {
            if (segment.size() + (long) bytes <= settings.segmentBytes()
                    && !segment.indexIsFull(settings.indexBytes())
                    && !isTooOld(segment, maxTimestamp, nowMillis)) {
                return OptionalLong.empty();
            }
            segment.seal();
        } catch (IOException failed) {
            throw health.trouble("closing segment " + segment, failed);
        }
        long base = extent.writerEnd().offset();
        extent.begin(base);
        return OptionalLong.of(base);
    }

    /** Closes the active segment, so that another one begins at the end; not if it is empty. */
    void seal() {
        Segment segment = extent.active();
        if (segment.size() == 0) {
            return;
        }
        try {
            segment.seal();
        } catch (IOException failed) {
            throw health.trouble("closing segment " + segment, failed);
        }
        extent.begin(extent.writerEnd().offset());
    }

    private boolean isTooOld(Segment segment, long maxTimestamp, long nowMillis)
            throws IOException {
        long age = log.settings().segmentAge().toMillis();
        long first = segment.firstTimestamp();
        // a timestamp from before 1970 closes nothing, and its difference could overflow
        return (first >= 0 && maxTimestamp >= 0 && maxTimestamp - first > age)
                || nowMillis - segment.begunAtMillis() > age;
    }

    /** Writes batches and makes them visible; gives the end behind them. */
    LogPosition append(BatchSet batches) {
        health.check();
        int count = batches.count();
        long lastOffset = lastOffset(batches, count, extent.writerEnd().offset());
        int bytes = gather(batches, count);
        try {
            Segment segment = roomy(extent.active(), bytes, batches.baseOffset(0), lastOffset);
            int position = segment.size();
            if (position == 0) {
                segment.begunAt(log.parts().clock().wallMillis());
            }
            write(segment, count, bytes);
            if (position == 0) {
                names.change(); // not before there is a name for a sync to make durable
            }
            noteAborted(segment, batches, count);
            return extent.show(segment, batches, count, sizes, position);
        } finally {
            Arrays.fill(buffers, 0, count, null);
        }
    }

    /** Checks that offsets go forwards; gives the last one. */
    private long lastOffset(BatchSet batches, int count, long logEnd) {
        long next = logEnd;
        for (int i = 0; i < count; i++) {
            long base = batches.baseOffset(i);
            long last = batches.lastOffset(i);
            if (base < next || last < base) {
                throw new IllegalArgumentException(
                        "appending to "
                                + log.id()
                                + ": batch "
                                + i
                                + " has offsets "
                                + base
                                + " to "
                                + last
                                + "; they must begin at or after "
                                + next);
            }
            next = last + 1;
        }
        return next - 1;
    }

    /** Collects the buffers and their sizes; gives the bytes of all. */
    private int gather(BatchSet batches, int count) {
        if (buffers.length < count) {
            buffers = new ByteBuffer[Math.max(count, 2 * buffers.length)];
            sizes = new int[buffers.length];
        }
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            ByteBuffer buffer = batches.buffer(i);
            buffers[i] = buffer;
            sizes[i] = buffer.remaining();
            bytes += sizes[i];
        }
        return Math.toIntExact(bytes);
    }

    /** The active segment, or a new one if positions or offsets would outgrow it. */
    private Segment roomy(Segment segment, int bytes, long firstOffset, long lastOffset) {
        if ((long) segment.size() + bytes <= Integer.MAX_VALUE
                && lastOffset - segment.baseOffset() <= Integer.MAX_VALUE) {
            return segment;
        }
        long logEnd = extent.writerEnd().offset();
        if (lastOffset - firstOffset > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "appending to "
                            + log.id()
                            + ": offsets "
                            + firstOffset
                            + " to "
                            + lastOffset
                            + " do not fit in one segment; append the batches one by one");
        }
        boolean nearby = lastOffset - logEnd <= Integer.MAX_VALUE;
        try {
            if (nearby) {
                segment.seal();
                return extent.begin(logEnd);
            }
            // a gap so wide that the next segment cannot begin where this one ends: recovery would
            // take it for a loss, so it is told first that everything before is safe
            segment.createFile();
            segment.seal();
            sync.syncBeforeGap(logEnd, firstOffset);
            return extent.begin(firstOffset);
        } catch (IOException failed) {
            throw health.trouble("closing segment " + segment, failed);
        }
    }

    /**
     * Puts others in the place of what is known of aborted transactions from a marker on.
     *
     * @return whether anything has changed
     */
    boolean restoreAborted(long from, List<AbortedTransaction> transactions) {
        boolean any = false;
        Segment[] all = extent.segments();
        for (int i = 0; i < all.length; i++) {
            Segment segment = all[i];
            long end = i + 1 < all.length ? all[i + 1].baseOffset() : Long.MAX_VALUE;
            if (end <= from) {
                continue;
            }
            try {
                boolean changed =
                        segment.aborted()
                                .replaceFrom(
                                        from,
                                        transactions.stream()
                                                .filter(one ->
                                                        one.lastOffset() >= segment.baseOffset())
                                                .filter(one -> one.lastOffset() < end)
                                                .toList());
                if (changed) {
                    any = true;
                    segment.indexesWereBuilt(); // their checksum is to be noted
                    names.change();
                    extent.change();
                }
            } catch (IOException failed) {
                throw health.trouble("writing the transaction index of " + segment, failed);
            }
        }
        return any;
    }

    private void noteAborted(Segment segment, BatchSet batches, int count) {
        for (int i = 0; i < count; i++) {
            AbortedTransaction transaction = batches.aborted(i);
            if (transaction != null) {
                segment.aborted().add(transaction);
            }
        }
    }

    private void write(Segment segment, int count, int bytes) {
        LogSettings settings = log.settings();
        try {
            segment.makeRoom(count, bytes, settings.indexIntervalBytes());
        } catch (IOException failed) {
            throw health.trouble("writing the indexes of segment " + segment, failed);
        }
        try {
            segment.write(buffers, count, bytes, settings);
            extent.change();
        } catch (IOException failed) {
            throw health.trouble("appending " + bytes + " bytes to segment " + segment, failed);
        }
    }
}
