package mortise.storage.local;

import java.io.IOException;
import java.util.Optional;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;

/** Reads of a log, from its recent window or through its indexes. Thread-safe, without locks. */
final class LogReader {
    private final LogContext log;
    private final LogExtent extent;
    private final LogHealth health;
    private final LogInventory inventory;
    private final LogSearch search;
    private final RecentWindow recent;

    LogReader(
            LogContext log,
            LogExtent extent,
            LogHealth health,
            LogInventory inventory,
            LogSearch search) {
        this.log = log;
        this.extent = extent;
        this.health = health;
        this.inventory = inventory;
        this.search = search;
        this.recent = extent.recent();
    }

    /** What the recent window has at an offset, without a system call; empty if it has nothing. */
    Optional<LogSlice> readRecent(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        LogPosition last = extent.end();
        if (offset < extent.start() || offset > last.offset() || !recent.covers(offset)) {
            return Optional.empty();
        }
        RecentWindow.Found found = recent.find(offset);
        if (found == null) {
            // the window may have moved on between the two looks
            return recent.covers(offset) ? EmptySlice.PRESENT : Optional.empty();
        }
        int limit = LogSearch.limit(found.segment(), Math.min(upTo.token(), last.token()));
        int length = length(found.position(), found.end(), limit, maxBytes, wholeBatch);
        if (length <= 0) {
            // a border in a segment that compaction has rewritten says nothing of the window
            return offset >= upTo.offset() ? EmptySlice.PRESENT : Optional.empty();
        }
        OpenFile open = found.segment().file().useIfOpen();
        return open == null
                ? Optional.empty()
                : Optional.of(new FileSlice(open, found.position(), length));
    }

    private static int length(
            int position, int batchEnd, int limit, int maxBytes, boolean wholeBatch) {
        int most = wholeBatch ? Math.max(maxBytes, batchEnd - position) : maxBytes;
        return Math.min(limit - position, most);
    }

    /** What the files have at an offset, in memory already, and checked. */
    LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return read(offset, upTo, maxBytes, wholeBatch, true);
    }

    /** What the files have at an offset, wherever it is, for somebody who looks at headers. */
    LogSlice readHeaders(long offset, LogPosition upTo, int maxBytes) {
        return read(offset, upTo, maxBytes, true, false);
    }

    private LogSlice read(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch, boolean checked) {
        health.check();
        LogPosition last = extent.end();
        extent.checkWithin(offset, last);
        LogSearch.Place place = find(offset, last, upTo.token() < last.token() ? upTo : last);
        if (place == null) {
            return EmptySlice.INSTANCE;
        }
        int length =
                length(
                        place.position(),
                        place.position() + place.size(),
                        place.limit(),
                        maxBytes,
                        wholeBatch);
        if (length <= 0) {
            place.open().release();
            return EmptySlice.INSTANCE;
        }
        return checked
                ? slice(place, length, last.offset())
                : new FileSlice(place.open(), place.position(), length);
    }

    private LogSlice slice(LogSearch.Place place, int length, long endOffset) {
        try {
            return log.parts().readAhead().read(place, length, endOffset);
        } catch (IOException failed) {
            place.open().release();
            throw search.unreadable(
                    "reading "
                            + length
                            + " bytes at "
                            + place.position()
                            + " of "
                            + place.segment(),
                    failed);
        }
    }

    /** Where the batch of an offset begins. */
    LogPosition position(long offset) {
        health.check();
        LogPosition last = extent.end();
        extent.checkWithin(offset, last);
        LogSearch.Place place = find(offset, last, last);
        if (place == null) {
            return last;
        }
        place.open().release();
        return new LogPosition(
                Math.min(offset, place.baseOffset()), place.segment().token(place.position()));
    }

    /**
     * The batch at an offset or after a gap, if any lies before a border.
     *
     * @throws OffsetOutOfRangeException also if the start moved beyond the offset while its segment
     *     was looked for: what was found instead lies further on
     */
    private LogSearch.@Nullable Place find(long offset, LogPosition last, LogPosition border) {
        LogSearch.Place place = offset == last.offset() ? null : search.atOrAfter(offset, border);
        if (offset < extent.start()) {
            if (place != null) {
                place.open().release();
            }
            throw new OffsetOutOfRangeException(log.id(), offset, extent.bounds());
        }
        refuseToPass(offset, place, last);
        return place;
    }

    /** A reader must not come from an offset to a batch behind what is missing. */
    private void refuseToPass(long offset, LogSearch.@Nullable Place place, LogPosition last) {
        MissingRecords passed =
                inventory.missingWithin(offset, place == null ? last.offset() : place.baseOffset());
        if (passed != null) {
            if (place != null) {
                place.open().release();
            }
            throw inventory.refusal(offset, passed);
        }
    }
}
