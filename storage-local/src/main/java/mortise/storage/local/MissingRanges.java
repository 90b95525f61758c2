package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import mortise.api.Clock;
import mortise.spi.storage.LogId;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import org.jspecify.annotations.Nullable;

/**
 * The offsets that a log should hold and does not. Reading where they were is refused: consumers
 * must not pass over them unnoticed. Thread-safe.
 */
final class MissingRanges {
    private static final long QUIET_NANOS = 60_000_000_000L;

    private final LogId id;
    private final Clock clock;
    private final System.Logger logger;

    /** In order, apart from each other; almost always empty. */
    private volatile List<MissingRecords> ranges;

    // guarded by this
    private boolean refusedEver;
    private long refusedNanos;
    private long refusedQuietly;

    MissingRanges(LogId id, Clock clock, System.Logger logger, List<MissingRecords> found) {
        this.id = id;
        this.clock = clock;
        this.logger = logger;
        this.ranges = List.copyOf(found);
    }

    /** Collects what is missing while a log is opened. */
    static final class Finds {
        private final List<MissingRecords> ranges = new ArrayList<>();
        private final long startOffset;

        Finds(long startOffset) {
            this.startOffset = startOffset;
        }

        /** Adds a range, after all others; what lies below the start of the log is no loss. */
        void add(long from, long to, String cause) {
            long first = Math.max(from, startOffset);
            if (first < to) {
                boolean goesOn = !ranges.isEmpty() && ranges.getLast().to() == first;
                MissingRecords before = goesOn ? ranges.removeLast() : null;
                ranges.add(
                        new MissingRecords(
                                before == null ? first : before.from(),
                                to,
                                before == null || before.cause().equals(cause)
                                        ? cause
                                        : before.cause() + ", " + cause));
            }
        }

        /** Adds what follows the last range, for the same cause. */
        void extend(long from, long to) {
            add(from, to, ranges.isEmpty() ? "no segment holds them" : ranges.getLast().cause());
        }

        boolean isEmpty() {
            return ranges.isEmpty();
        }

        List<MissingRecords> ranges() {
            return List.copyOf(ranges);
        }
    }

    List<MissingRecords> ranges() {
        return ranges;
    }

    /** How many offsets are missing. */
    long count() {
        long count = 0;
        for (MissingRecords range : ranges) {
            count += range.to() - range.from();
        }
        return count;
    }

    /** The first range that has an offset in common with {@code from} to {@code to}, or null. */
    @Nullable MissingRecords within(long from, long to) {
        for (MissingRecords range : ranges) {
            if (range.from() < to && from < range.to()) {
                return range;
            }
        }
        return null;
    }

    /** What a read throws that met a missing range; says so in the log, now and then. */
    StorageException refusal(long offset, MissingRecords range) {
        String message =
                "reading offset "
                        + offset
                        + " of "
                        + id
                        + ": offsets "
                        + range.from()
                        + " to "
                        + (range.to() - 1)
                        + " are missing ("
                        + range.cause()
                        + "); put the files back and restart the broker, or accept the loss with"
                        + " mortise log accept-loss";
        long quiet = quietSince();
        if (quiet >= 0) {
            logger.log(
                    Level.WARNING,
                    quiet == 0
                            ? message
                            : message + "; " + quiet + " reads were refused since the last line");
        }
        return new StorageException(Reach.CALL, message);
    }

    /** How many refusals went unsaid before this one, or -1 if it goes unsaid too. */
    private synchronized long quietSince() {
        long now = clock.nanoTime();
        if (refusedEver && now - refusedNanos < QUIET_NANOS) {
            refusedQuietly++;
            return -1;
        }
        refusedEver = true;
        refusedNanos = now;
        long quiet = refusedQuietly;
        refusedQuietly = 0;
        return quiet;
    }

    /** Says what is missing, when the log is opened. */
    void tell(String directory) {
        for (MissingRecords range : ranges) {
            logger.log(
                    Level.ERROR,
                    "{0}: offsets {1} to {2} were synced and are missing: {3} in {4}; reading them"
                            + " is refused, the rest is served; put the files back and restart the"
                            + " broker, or accept the loss with mortise log accept-loss",
                    id.partition(),
                    Long.toString(range.from()),
                    Long.toString(range.to() - 1),
                    range.cause(),
                    directory);
        }
    }

    /** Forgets what lies below the start of the log. */
    void dropBelow(long offset) {
        keep(offset, Long.MAX_VALUE);
    }

    /** Forgets what lies at or beyond the end of the log. */
    void dropBeyond(long offset) {
        keep(0, offset);
    }

    private synchronized void keep(long from, long to) {
        if (!ranges.isEmpty()) {
            Finds kept = new Finds(from);
            ranges.forEach(
                    range -> kept.add(range.from(), Math.min(range.to(), to), range.cause()));
            ranges = kept.ranges();
        }
    }

    /** Writes a loss down as a gap, so that nothing is missing any more. */
    synchronized List<MissingRecords> accept(SegmentManifest manifest, Segment[] segments)
            throws IOException {
        List<MissingRecords> accepted = ranges;
        for (MissingRecords range : accepted) {
            for (SegmentManifest.Entry entry : manifest.entries().values()) {
                if (range.from() < entry.end() && entry.base() < range.to()) {
                    manifest.forget(entry.base());
                    Segment left = find(segments, entry.base());
                    if (left != null && entry.base() < range.from()) {
                        manifest.active(entry.base(), range.from(), left.size());
                    }
                }
            }
            manifest.gap(range.from(), range.to());
        }
        manifest.store();
        ranges = List.of();
        return accepted;
    }

    private static @Nullable Segment find(Segment[] segments, long base) {
        for (Segment segment : segments) {
            if (segment.baseOffset() == base) {
                return segment;
            }
        }
        return null;
    }
}
