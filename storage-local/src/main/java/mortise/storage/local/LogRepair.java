package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.UnreadableDataException;
import mortise.storage.local.LocalCompaction.FilePiece;

/**
 * Cuts damage out of segments, which are written anew without it and swapped as compaction does. No
 * writer is at work.
 */
final class LogRepair {
    private final LogContext log;
    private final LogExtent extent;
    private final LogHealth health;
    private final LogAppender appender;
    private final LogSearch search;
    private final LogSync sync;
    private final LocalCompaction compaction;

    LogRepair(
            LogContext log,
            LogExtent extent,
            LogHealth health,
            LogAppender appender,
            LogSearch search,
            LogSync sync,
            LocalCompaction compaction) {
        this.log = log;
        this.extent = extent;
        this.health = health;
        this.appender = appender;
        this.search = search;
        this.sync = sync;
        this.compaction = compaction;
    }

    /** Cuts out what is damaged: ranges of offsets, in their order. */
    void giveUp(List<MissingRecords> damaged) {
        health.check();
        damaged.forEach(range -> extent.checkWithin(range.from(), extent.end()));
        appender.seal();
        sync.sync();
        Segment[] all = extent.settledSegments();
        for (int i = 0; i < all.length - 1; i++) {
            Segment segment = all[i];
            long end = all[i + 1].baseOffset();
            List<MissingRecords> within =
                    damaged.stream()
                            .filter(range ->
                                    range.from() < end && range.to() > segment.baseOffset())
                            .toList();
            if (!within.isEmpty() && segment.size() > 0) {
                compaction.keepOnly(segment, sound(segment, within, end), end);
            }
        }
    }

    private List<FilePiece> sound(Segment segment, List<MissingRecords> damaged, long end) {
        List<FilePiece> pieces = new ArrayList<>();
        try {
            int from = served(segment);
            for (MissingRecords range : damaged) {
                pieces.add(new FilePiece(from, reached(segment, from, range.from())));
                from = range.to() < end ? readable(segment, range.to()) : segment.size();
            }
            pieces.add(new FilePiece(from, segment.size()));
        } catch (IOException failed) {
            throw search.unreadable("looking for the damage in " + segment, failed);
        }
        return pieces;
    }

    /** Where the sound batches from a border on end, before an offset. */
    private int reached(Segment segment, int from, long offset) throws IOException {
        OpenFile open = segment.file().useToRead();
        if (open == null) {
            throw new RemovedWhileReadException(segment.file());
        }
        ByteBuffer buffer = log.parts().scratch().borrow();
        try {
            int begin = Math.max(from, segment.positionBefore(offset));
            BatchWalk walk = BatchWalk.verifying(open.channel(), buffer, begin, segment.size());
            long next = segment.baseOffset();
            while (walk.next()
                    && walk.baseOffset() >= next
                    && walk.lastOffset() < offset
                    && walk.verify()) {
                next = walk.lastOffset() + 1;
                begin = walk.nextPosition();
            }
            return begin;
        } finally {
            log.parts().scratch().release(buffer);
            open.release();
        }
    }

    /** Where what is served begins: damage before it is nobody's. */
    private int served(Segment segment) {
        if (segment.baseOffset() >= extent.start()) {
            return 0;
        }
        try {
            return readable(segment, extent.start());
        } catch (UnreadableDataException damaged) {
            return 0; // then that is where it begins
        }
    }

    /** Where the batch begins from which on reading goes well. */
    private int readable(Segment segment, long offset) {
        LogSearch.Place place = search.atOrAfter(offset, extent.end());
        if (place == null) {
            return segment.size();
        }
        place.open().release();
        return place.segment() == segment ? place.position() : segment.size();
    }
}
