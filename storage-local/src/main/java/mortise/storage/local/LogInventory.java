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

    /**
     * Notes which segments have been synced, for whoever opens the log next.
     *
     * @param begun whether the last of them is to be noted too, as far as it goes
     */
    void describe(Segment[] synced, LogPosition target, boolean begun) throws IOException {
        int last = Tokens.ordinal(target.token());
        for (int i = 0; i < synced.length; i++) {
            Segment segment = synced[i];
            boolean sealed = segment.ordinal() < last;
            if (segment.size() == 0 || segment.ordinal() > last) {
                continue;
            }
            if (sealed && segment.ordinal() >= describedBelow) {
                long end = manifest.endBefore(synced[i + 1].baseOffset());
                // what a damaged segment should hold stays noted as it was
                if (missing.within(segment.baseOffset(), end) == null) {
                    manifest.sealed(segment.baseOffset(), end, segment.size());
                }
            } else if (!sealed && begun && Tokens.position(target.token()) > 0) {
                manifest.active(
                        segment.baseOffset(), target.offset(), Tokens.position(target.token()));
            }
        }
        describedBelow = Math.max(describedBelow, last);
        manifest.store();
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
    void inPlace(long base, long end, int bytes) {
        manifest.sealed(base, end, bytes);
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

    /**
     * Notes where the log starts; the checkpoint is what counts, so it waits for the next write.
     */
    void startMoved(long offset) {
        manifest.start(offset);
        missing.dropBelow(offset);
    }
}
