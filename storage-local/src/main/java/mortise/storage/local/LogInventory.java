package mortise.storage.local;

import java.io.IOException;
import java.util.List;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * What a log must hold, and what of it is missing: its {@link SegmentManifest} and its {@link
 * MissingRanges}, kept in step with the segments. What notes segments is guarded by the log's sync
 * lock; asking what is missing is not.
 */
final class LogInventory {
    private final LogContext log;
    private final SegmentManifest manifest;
    private final MissingRanges missing;

    /** Sealed segments with a smaller ordinal stand in the manifest. */
    private int describedBelow;

    LogInventory(LogContext log, LogLoader.Loaded loaded) {
        this.log = log;
        this.manifest = loaded.manifest();
        StoreParts parts = log.parts();
        this.missing = new MissingRanges(log.id(), parts.clock(), parts.logger(), loaded.missing());
    }

    // ---- what is missing

    List<MissingRecords> missing() {
        return missing.ranges();
    }

    /** How many offsets are missing. */
    long missingOffsets() {
        return missing.count();
    }

    /** The first missing range that has an offset in common with {@code from} to {@code to}. */
    @Nullable MissingRecords missingWithin(long from, long to) {
        return missing.within(from, to);
    }

    /** What a read throws that met a missing range. */
    StorageException refusal(long offset, MissingRecords range) {
        return missing.refusal(offset, range);
    }

    /** Says what is missing, when the log is opened. */
    void tellMissing() {
        missing.tell(log.path().toString());
    }

    /** Writes a loss down as a gap, so that nothing is missing any more. */
    List<MissingRecords> accept(Segment[] segments) throws IOException {
        return missing.accept(manifest, segments);
    }

    // ---- what must be there

    /** Whether lines wait to be written. */
    boolean hasPending() {
        return manifest.hasPending();
    }

    /** What is noted of a log's last segment. */
    enum Last {
        /** Nothing: what was noted before is still true. */
        LEFT,
        /** That it is there, as far as it goes. */
        BEGUN,
        /** That, and how its indexes were left. */
        CLOSED
    }

    /**
     * Notes which segments have been synced, for whoever opens the log next.
     *
     * @param last what becomes of the last of them
     */
    void describe(Segment[] synced, LogPosition target, Last last) throws IOException {
        int active = Tokens.ordinal(target.token());
        for (int i = 0; i < synced.length; i++) {
            Segment segment = synced[i];
            boolean sealed = segment.ordinal() < active;
            if (segment.size() == 0 || segment.ordinal() > active) {
                continue;
            }
            if (sealed && (segment.ordinal() >= describedBelow || segment.tellsNewIndexes())) {
                long end = manifest.endBefore(synced[i + 1].baseOffset());
                // what a damaged segment should hold stays noted as it was
                if (missing.within(segment.baseOffset(), end) == null) {
                    manifest.sealed(
                            segment.baseOffset(), end, segment.size(), segment.indexChecksums());
                }
            } else if (!sealed && Tokens.position(target.token()) > 0) {
                describe(segment, target, last);
            }
        }
        describedBelow = Math.max(describedBelow, active);
        manifest.store();
    }

    private void describe(Segment active, LogPosition target, Last last) throws IOException {
        int bytes = Tokens.position(target.token());
        switch (last) {
            case LEFT -> {}
            case BEGUN -> manifest.active(active.baseOffset(), target.offset(), bytes);
            case CLOSED ->
                    manifest.active(
                            active.baseOffset(), target.offset(), bytes, active.indexChecksums());
        }
    }

    /** Notes, durably, that nothing will ever be written between two offsets. */
    void gap(long from, long to) throws IOException {
        manifest.gap(from, to);
        manifest.store();
    }

    /** Notes, durably, that one segment of so many bytes stands for all up to an offset. */
    void compacted(long base, long end, int bytes) throws IOException {
        manifest.compacted(base, end, bytes);
        manifest.store();
    }

    /** Notes that it has its place; durable before anything is compacted again. */
    void inPlace(Segment segment, long end) throws IOException {
        manifest.sealed(segment.baseOffset(), end, segment.size(), segment.indexChecksums());
    }

    /** Notes, durably, that what lies beyond a batch of a segment need not be there any more. */
    void cut(Segment segment, long baseOffset) throws IOException {
        describedBelow = Math.min(describedBelow, segment.ordinal());
        manifest.cut(baseOffset);
        manifest.store();
    }

    /** What was missing at or beyond the new end of the log is missed no more. */
    void endMoved(long newEnd) {
        missing.dropBeyond(newEnd);
    }

    /** Notes, durably, that none of the segments need be there any more. */
    void forgetAll(long newStart) throws IOException {
        manifest.cutAll();
        manifest.start(newStart);
        manifest.store();
        missing.dropBeyond(-1);
        describedBelow = 0;
    }

    /** Notes, durably, where the log starts; the checkpoint is for those who have no manifest. */
    void startMoves(long offset) throws IOException {
        manifest.startDurably(offset);
    }

    /** What was missing below the start is missed no more. */
    void startMoved(long offset) {
        missing.dropBelow(offset);
    }
}
