package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.TimestampPosition;
import mortise.spi.storage.UnreadableDataException;
import org.jspecify.annotations.Nullable;

/**
 * Finding batches through the indexes of a log. Thread-safe, without locks unless a truncation or
 * removal comes between: then the search begins anew with the segments that are left.
 */
final class LogSearch {
    private static final int MOST_ATTEMPTS = 1_000;

    private final LogContext log;
    private final LogExtent extent;
    private final LogHealth health;

    LogSearch(LogContext log, LogExtent extent, LogHealth health) {
        this.log = log;
        this.extent = extent;
        this.health = health;
    }

    /**
     * A batch, and a use of its segment's file that whoever gets it gives back.
     *
     * @param limit where the readable bytes of the segment end
     * @param nextBase where the offsets of the next segment begin
     */
    record Place(
            Segment segment,
            OpenFile open,
            int position,
            int size,
            int limit,
            long nextBase,
            TimestampPosition batch) {
        long baseOffset() {
            return batch.baseOffset();
        }
    }

    /** The first batch whose last offset is not below an offset, before a border. */
    @Nullable Place atOrAfter(long offset, LogPosition border) {
        return search(
                "finding offset " + offset,
                all -> {
                    for (int i = indexOf(all, offset); i < all.length; i++) {
                        Segment segment = all[i];
                        Place found =
                                segment.size() == 0
                                        ? null
                                        : atOrAfter(
                                                offset,
                                                segment,
                                                nextBase(all, i),
                                                limit(all, i, border));
                        if (found != null) {
                            return found;
                        }
                    }
                    return null;
                });
    }

    /** Where the offsets of the segment after this one begin. */
    private static long nextBase(Segment[] all, int index) {
        return index + 1 < all.length ? all[index + 1].baseOffset() : Long.MAX_VALUE;
    }

    /**
     * The same in one segment. The index says where to begin, and is believed if the batch that it
     * names lies there; else the headers are walked from the segment's begin.
     */
    private @Nullable Place atOrAfter(long offset, Segment segment, long nextBase, int limit)
            throws IOException {
        Segment.Border border = segment.borderBefore(offset);
        if (border.position() > 0 && border.position() < limit) {
            try {
                return walk(segment, border, nextBase, limit, offset);
            } catch (CorruptFileException lies) {
                log.parts().logger().log(Level.DEBUG, "{0}: {1}", segment, lies.getMessage());
            }
        }
        try {
            return walk(segment, Segment.Border.BEGIN, nextBase, limit, offset);
        } catch (CorruptFileException damaged) {
            return behindDamage(offset, segment, nextBase, limit, damaged);
        }
    }

    /**
     * The batch that an offset lies in, from where no headers lead to it.
     *
     * @param damaged what is thrown if there is none: the offset may be among what is damaged
     */
    private Place behindDamage(
            long offset, Segment segment, long nextBase, int limit, CorruptFileException damaged)
            throws IOException {
        HeaderOrder order = new HeaderOrder(segment, Segment.Border.BEGIN, nextBase);
        Condition holdsIt =
                walk -> {
                    order.check(walk);
                    if (walk.lastOffset() >= offset && walk.baseOffset() > offset) {
                        throw damaged;
                    }
                    return walk.lastOffset() >= offset;
                };
        Place found = walk(segment, 0, limit, nextBase, holdsIt, true);
        if (found == null) {
            throw damaged;
        }
        return found;
    }

    private @Nullable Place walk(
            Segment segment, Segment.Border from, long nextBase, int limit, long offset)
            throws IOException {
        HeaderOrder order = new HeaderOrder(segment, from, nextBase);
        return walk(
                segment,
                from.position(),
                limit,
                nextBase,
                walk -> {
                    order.check(walk);
                    return walk.lastOffset() >= offset;
                });
    }

    /** The transactions aborted by markers from one offset on that begin before another. */
    List<AbortedTransaction> aborted(long from, long to) {
        List<AbortedTransaction> found =
                search(
                        "finding aborted transactions",
                        all -> {
                            List<AbortedTransaction> entries = new ArrayList<>();
                            boolean complete = false;
                            for (int i = indexOf(all, from); i < all.length && !complete; i++) {
                                complete = all[i].aborted().find(from, to, entries);
                            }
                            return entries;
                        });
        return found == null ? List.of() : found;
    }

    /** The first batch from a start on whose largest timestamp is at least {@code least}. */
    Optional<TimestampPosition> byTimestamp(long least, long startOffset, LogPosition end) {
        Place found =
                search(
                        "finding timestamp " + least,
                        all -> {
                            for (int i = 0; i < all.length; i++) {
                                Segment segment = all[i];
                                Place place =
                                        segment.size() == 0 || segment.maxTimestamp() < least
                                                ? null
                                                : inSegment(
                                                        segment,
                                                        least,
                                                        startOffset,
                                                        limit(all, i, end));
                                if (place != null) {
                                    return place;
                                }
                            }
                            return null;
                        });
        return released(found);
    }

    private @Nullable Place inSegment(Segment segment, long least, long startOffset, int limit)
            throws IOException {
        Condition condition =
                walk -> walk.maxTimestamp() >= least && walk.lastOffset() >= startOffset;
        int from = least <= 0 ? 0 : segment.positionBeforeTimestamp(least);
        if (from > 0) {
            try {
                return walk(segment, from, limit, Long.MAX_VALUE, condition);
            } catch (CorruptFileException lies) {
                log.parts().logger().log(Level.DEBUG, "{0}: {1}", segment, lies.getMessage());
            }
        }
        return walk(segment, 0, limit, Long.MAX_VALUE, condition);
    }

    /** The first batch with the largest timestamp. */
    Optional<TimestampPosition> largestTimestamp(long startOffset, LogPosition end) {
        Place found =
                search(
                        "finding the largest timestamp",
                        all -> {
                            long largest = Long.MIN_VALUE;
                            int holder = -1;
                            for (int i = 0; i < all.length; i++) {
                                if (all[i].size() == 0) {
                                    continue;
                                }
                                long timestamp =
                                        maxTimestamp(all[i], startOffset, limit(all, i, end));
                                if (holder < 0 || timestamp > largest) {
                                    largest = timestamp;
                                    holder = i;
                                }
                            }
                            return holder < 0
                                    ? null
                                    : inSegment(
                                            all[holder],
                                            largest,
                                            startOffset,
                                            limit(all, holder, end));
                        });
        return released(found);
    }

    /**
     * The largest timestamp of a segment, without batches below the start of the log. What the
     * index does not know of, because it lies before 1970, is looked for in the headers.
     */
    private long maxTimestamp(Segment segment, long startOffset, int limit) throws IOException {
        long indexed = segment.maxTimestamp();
        if (segment.baseOffset() >= startOffset && indexed > Segment.NO_TIMESTAMP) {
            return indexed;
        }
        long[] largest = {Long.MIN_VALUE};
        Place none =
                walk(
                        segment,
                        segment.positionBefore(startOffset),
                        limit,
                        Long.MAX_VALUE,
                        walk -> {
                            if (walk.lastOffset() >= startOffset) {
                                largest[0] = Math.max(largest[0], walk.maxTimestamp());
                            }
                            return false;
                        });
        if (none != null) {
            none.open().release();
        }
        return largest[0];
    }

    private static Optional<TimestampPosition> released(@Nullable Place found) {
        if (found == null) {
            return Optional.empty();
        }
        found.open().release();
        return Optional.of(found.batch());
    }

    private interface Condition {
        boolean holds(BatchWalk walk) throws IOException;
    }

    private @Nullable Place walk(
            Segment segment, int from, int limit, long nextBase, Condition condition)
            throws IOException {
        return walk(segment, from, limit, nextBase, condition, false);
    }

    /**
     * @param overDamage whether to go on behind what is no batch
     */
    private @Nullable Place walk(
            Segment segment,
            int from,
            int limit,
            long nextBase,
            Condition condition,
            boolean overDamage)
            throws IOException {
        if (from >= limit) {
            return null;
        }
        OpenFile open = segment.file().useToRead();
        if (open == null) {
            throw new RemovedWhileReadException(segment.file());
        }
        ByteBuffer buffer = log.parts().scratch().borrow();
        boolean kept = false;
        try {
            BatchWalk walk = new BatchWalk(open.channel(), buffer, from, limit);
            while (walk.next()
                    || (overDamage && walk.skipTo(segment.baseOffset()) && walk.next())) {
                if (condition.holds(walk)) {
                    kept = true;
                    return new Place(
                            segment,
                            open,
                            walk.position(),
                            walk.size(),
                            limit,
                            nextBase,
                            new TimestampPosition(
                                    walk.baseOffset(),
                                    walk.lastOffset(),
                                    walk.maxTimestamp(),
                                    walk.leaderEpoch()));
                }
            }
            String problem = walk.problem();
            if (!problem.isEmpty()) {
                throw new CorruptFileException("segment " + segment + ": " + problem);
            }
            return null;
        } finally {
            log.parts().scratch().release(buffer);
            if (!kept) {
                open.release();
            }
        }
    }

    /** Where the bytes of a segment end that lie before a border. */
    private int limit(Segment[] all, int index, LogPosition border) throws IOException {
        Segment segment = all[index];
        if (!segment.isCompacted()) {
            return limit(segment, border.token());
        }
        // the border may be of the time before: then its bytes mean nothing here, its offset does
        long nextBase = nextBase(all, index);
        if (border.offset() >= nextBase || segment.size() == 0) {
            return segment.size();
        }
        Place beyond = atOrAfter(border.offset(), segment, nextBase, segment.size());
        if (beyond == null) {
            return segment.size();
        }
        beyond.open().release();
        return beyond.position();
    }

    /** The same for a segment that is as it was appended to. */
    static int limit(Segment segment, long limitToken) {
        int limitOrdinal = Tokens.ordinal(limitToken);
        if (segment.ordinal() < limitOrdinal) {
            return segment.size();
        }
        return segment.ordinal() == limitOrdinal
                ? Math.min(segment.size(), Tokens.position(limitToken))
                : 0;
    }

    /** The last segment that begins at or below an offset, or the first. */
    static int indexOf(Segment[] all, long offset) {
        int low = 0;
        int high = all.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (all[middle].baseOffset() <= offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Math.max(high, 0);
    }

    /** Something that looks through segments. */
    interface Search<T> {
        @Nullable T in(Segment[] all) throws IOException;
    }

    /** Looks, and looks again if the segments changed under it. */
    <T> @Nullable T search(String doing, Search<T> search) {
        Segment[] all = extent.segments();
        for (int attempt = 1; ; attempt++) {
            try {
                return search.in(all);
            } catch (CorruptFileException corrupt) {
                throw new UnreadableDataException(
                        true, doing + " of " + log.id() + ": " + corrupt.getMessage(), corrupt);
            } catch (RemovedWhileReadException | NoSuchFileException changed) {
                health.check();
                Segment[] before = all;
                all = extent.settledSegments();
                if (attempt == MOST_ATTEMPTS || Arrays.equals(all, before)) {
                    throw new UnreadableDataException(
                            false,
                            doing
                                    + " of "
                                    + log.id()
                                    + ": "
                                    + changed
                                    + "; was it removed by hand?",
                            changed);
                }
            } catch (IOException failed) {
                // an index that has to be built anew may find no room
                throw unreadable(doing + " of " + log.id(), failed);
            }
        }
    }

    /** What to throw for a call that failed where something was only to be read. */
    StorageException unreadable(String doing, IOException cause) {
        health.check();
        if (cause instanceof ClosedChannelException) {
            extent.dropClosedFiles();
        }
        StorageException passing = log.directory().ifItCanPass(doing, cause);
        return passing != null
                ? passing
                : new UnreadableDataException(
                        cause instanceof CorruptFileException, doing + ": " + cause, cause);
    }
}
