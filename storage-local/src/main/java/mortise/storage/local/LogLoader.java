package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;
import mortise.api.TopicId;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.MissingRecords;
import org.jspecify.annotations.Nullable;

/**
 * Finds a log's segments on disk, compares them with what must be there, and after a crash cuts
 * them at the last whole batch. Confined to the thread that opens the log.
 *
 * <p>What is known of a log without reading it: the manifest names segments that were synced, with
 * their ends and sizes; everything below the recovery point was synced; and the log was whole if it
 * was closed cleanly. A segment that should hold such offsets and does not is damage. What lies
 * beyond may have been lost in a crash, and ends the log.
 */
final class LogLoader {
    private final StoreParts parts;
    private final Path directory;
    private final SegmentRecovery recovery;

    // of one load
    private final FoundFiles files;
    private final SegmentManifest manifest;
    private SegmentManifest.Found foundManifest;
    private Ending ending = Ending.UNKNOWN;
    private long recoveryPoint;

    /** The offset below which all was synced. */
    private long knownEnd;

    /** The offset up to which segments were looked at, and something is known of all before it. */
    private long reached;

    private int ordinal;
    private boolean durable = true;

    /** Where the first batch may lie that was not synced, if that is known of any. */
    private @Nullable LogPosition firstUnsynced;

    private boolean cut;
    private final List<Segment> segments = new ArrayList<>();
    private MissingRanges.Finds missing = new MissingRanges.Finds(0);
    private @Nullable Segment last;

    /** The segment that was looked at last and is not what it should be. */
    private SegmentManifest.@Nullable Entry damaged;

    /**
     * @param firstOrdinal what its first segment is numbered
     */
    LogLoader(
            StoreParts parts,
            Path directory,
            TopicId topic,
            int indexIntervalBytes,
            int firstOrdinal)
            throws IOException {
        this.parts = parts;
        this.ordinal = firstOrdinal;
        this.directory = directory;
        this.recovery = new SegmentRecovery(parts, directory, indexIntervalBytes);
        this.files = new FoundFiles(directory);
        SegmentManifest.Read read = SegmentManifest.read(directory, topic);
        this.manifest = read.manifest();
        this.foundManifest = read.found();
    }

    /**
     * What was found.
     *
     * @param segments in order, the active one last
     * @param durable whether all of it was known to survive a crash
     * @param durableEnd what lies below survives one now
     * @param missing what is not there and should be
     */
    record Loaded(
            List<Segment> segments,
            LogBounds bounds,
            boolean durable,
            LogPosition durableEnd,
            StoredSidecars sidecars,
            SegmentManifest manifest,
            List<MissingRecords> missing) {
        long startOffset() {
            return bounds.startOffset();
        }

        long endOffset() {
            return bounds.endOffset();
        }
    }

    /**
     * The offsets of the sidecars that lie beside the segments, by kind.
     *
     * @param abortedKnownTo up to where the indexes of aborted transactions are whole
     */
    record StoredSidecars(
            NavigableSet<Long> producerSnapshots,
            NavigableSet<Long> producerBatches,
            NavigableSet<Long> epochs,
            long abortedKnownTo) {}

    /**
     * @param checkpointedStart the start that the directory noted, if it did; the manifest knows
     *     better if it is sound
     * @param lastEnding how the process ended that had the log open last
     * @param point everything below it was synced
     */
    Loaded load(OptionalLong checkpointedStart, Ending lastEnding, long point) throws IOException {
        long start = startOffset(checkpointedStart);
        ending = lastEnding;
        recoveryPoint = point;
        missing = new MissingRanges.Finds(start);
        files.settleCompactions(manifest);
        if (isContradicted()) {
            foundManifest = SegmentManifest.Found.DAMAGED;
            manifest.distrust();
        }
        manifest.dropBelow(start);
        knownEnd = Math.max(point, manifest.endOffset());
        dropBelow(start);
        files.removeOrphanIndexes();
        NavigableMap<Long, Integer> logs = files.logs();
        if (ending != Ending.CLOSED
                && !logs.isEmpty()
                && logs.firstKey() > Math.max(start, knownEnd)
                && !manifest.isGap(start, logs.firstKey())) {
            setAsideAll(start);
        }
        sayHowTheManifestWasFound();
        reached = start;
        NavigableSet<Long> bases = new TreeSet<>(logs.keySet());
        bases.addAll(manifest.entries().keySet());
        for (long base : bases) {
            Integer bytes = logs.get(base);
            if (bytes == null) {
                absent(base);
            } else {
                present(base, bytes);
            }
        }
        return finished(start);
    }

    private long startOffset(OptionalLong checkpointed) {
        if (!manifest.startIsCertain()) {
            long start = Math.max(checkpointed.orElse(0), manifest.startOffset());
            manifest.start(start);
            return start;
        }
        long start = manifest.startOffset();
        if (checkpointed.orElse(0) != start) {
            parts.logger()
                    .log(
                            Level.WARNING,
                            "{0} starts at offset {1}, as its {2} says, and not at {3} as noted in"
                                    + " the log directory",
                            directory,
                            Long.toString(start),
                            SegmentManifest.FILE,
                            checkpointed.isPresent()
                                    ? Long.toString(checkpointed.getAsLong())
                                    : "0");
        }
        return start;
    }

    /**
     * Whether the manifest tells of an earlier state of the log, as one does that lost its last
     * lines: a sealed segment never grows, and a log that was closed cleanly ends at its recovery
     * point. What was lost and accepted may have left bytes behind its segment.
     */
    private boolean isContradicted() {
        boolean beyondTheEnd =
                ending == Ending.CLOSED
                        && recoveryPoint > 0
                        && manifest.endOffset() > recoveryPoint;
        return beyondTheEnd
                || manifest.entries().values().stream()
                        .anyMatch(entry ->
                                entry.sealed()
                                        && !manifest.beginsGap(entry.end())
                                        && files.logs().getOrDefault(entry.base(), 0)
                                                > entry.bytes());
    }

    private void sayHowTheManifestWasFound() {
        boolean holdsMore = files.logs().size() > 1 || recoveryPoint > 0;
        if (foundManifest != SegmentManifest.Found.SOUND && holdsMore) {
            parts.logger()
                    .log(
                            Level.WARNING,
                            "{0} {1} {2}; looking where each segment ends and writing it anew",
                            directory,
                            foundManifest == SegmentManifest.Found.ABSENT
                                    ? "has no"
                                    : "has a damaged",
                            SegmentManifest.FILE);
        }
    }

    /** A segment that the manifest knows and that has no file. */
    private void absent(long base) throws IOException {
        SegmentManifest.Entry entry = manifest.entry(base);
        if (entry == null || entry.end() <= reached) {
            return;
        }
        bridge(base);
        missing.add(
                Math.max(base, reached),
                entry.end(),
                LogFiles.name(base, LogFiles.LOG) + " is missing");
        reached = entry.end();
        damaged = entry;
        sealLast();
    }

    private void present(long base, int bytes) throws IOException {
        if (cut) {
            files.remove(base);
            return;
        }
        boolean first = segments.isEmpty() && missing.isEmpty() && base <= reached;
        if (!first && !follows(base)) {
            return;
        }
        Segment segment = looked(base, bytes);
        if (segment != null) {
            sealLast();
            segments.add(segment);
            last = segment;
        }
    }

    /** Whether a segment may follow what is known before it; else it is out of the log. */
    private boolean follows(long base) throws IOException {
        boolean synced = base < knownEnd || ending != Ending.UNKNOWN;
        boolean gap = manifest.isGap(reached, base);
        if (base == reached || (base > reached && (base == knownEnd || synced || gap))) {
            bridge(base);
            return true;
        }
        parts.logger()
                .log(
                        synced ? Level.ERROR : Level.WARNING,
                        "{0} of {1}: the log before it ends at offset {2}; {3}",
                        LogFiles.name(base, LogFiles.LOG),
                        DiskFiles.name(directory),
                        Long.toString(reached),
                        synced
                                ? "renaming it to *" + LogFiles.STRAY
                                : "removing it and what follows");
        if (synced) {
            files.setAside(base);
        } else {
            cut = true;
            files.remove(base);
        }
        durable = false;
        return false;
    }

    /** Accounts for offsets between two segments: a gap that was there before, or a loss. */
    private void bridge(long base) {
        if (base > reached && (last == null || !wasGap(last.baseOffset(), reached, base))) {
            lose(reached, base);
        }
        reached = Math.max(reached, base);
    }

    /** Offsets are missing that no file stands for, unless it is the one that ended before them. */
    private void lose(long from, long to) {
        SegmentManifest.Entry before = damaged != null && damaged.end() == from ? damaged : null;
        if (before == null) {
            missing.add(from, to, "no segment holds them");
        } else {
            missing.extend(from, to);
        }
        manifest.active(before == null ? from : before.base(), to, SegmentManifest.UNKNOWN_BYTES);
    }

    /** Whether nothing was ever written between a segment's end and the next one's begin. */
    private boolean wasGap(long base, long end, long nextBase) {
        boolean farGap =
                foundManifest != SegmentManifest.Found.SOUND && nextBase - base > Integer.MAX_VALUE;
        if (farGap) {
            // a segment cannot hold offsets that far apart, and no manifest was there to say so
            manifest.gap(end, nextBase);
        }
        return farGap || manifest.isGap(end, nextBase);
    }

    /** A segment as it can be read, or null if nothing of it is left. */
    private @Nullable Segment looked(long base, int bytes) throws IOException {
        SegmentManifest.Entry entry = manifest.entry(base);
        Long nextBase = files.logs().higherKey(base);
        if (entry != null && bytes < entry.bytes()) {
            return shortened(entry, bytes, "has " + bytes + " of " + entry.bytes() + " bytes");
        }
        boolean sealed = nextBase != null || missingFollows(base);
        if (sealed && entry != null && entry.sealed() && isWhole(entry, nextBase)) {
            reached = entry.end();
            return Segment.stored(parts, directory, ordinal++, (int) entry.bytes(), entry);
        }
        if (sealed && nextBase != null && nextBase <= trustedBelow() && entry == null) {
            return trusted(base, bytes, nextBase);
        }
        if (!sealed && entry != null && entry.sealed()) {
            // it is written to again, its indexes too, and a crash may leave any of that
            manifest.active(base, entry.end(), entry.bytes());
        }
        return recovered(base, bytes, nextKnown(base, nextBase), entry);
    }

    /** Whether the manifest knows of segments behind one that have no files. */
    private boolean missingFollows(long base) {
        return manifest.entries().higherKey(base) != null;
    }

    /** Whether a segment that the manifest describes was sealed then, rather than written to. */
    private boolean isWhole(SegmentManifest.Entry entry, @Nullable Long nextBase) {
        long next = nextKnown(entry.base(), nextBase);
        return next == entry.end() || manifest.isGap(entry.end(), next);
    }

    /** Where the next segment begins, whether it is there or not; the largest number if none. */
    private long nextKnown(long base, @Nullable Long nextBase) {
        Long nextEntry = manifest.entries().higherKey(base);
        return Math.min(
                nextBase == null ? Long.MAX_VALUE : nextBase,
                nextEntry == null ? Long.MAX_VALUE : nextEntry);
    }

    /**
     * The offset up to which the segments that end there were synced with their indexes. A sync of
     * batches makes no indexes durable, those of a segment that ends at the recovery point
     * included.
     */
    private long trustedBelow() {
        if (ending == Ending.CLOSED) {
            return Long.MAX_VALUE;
        }
        Long base = files.logs().lowerKey(recoveryPoint);
        return base == null ? 0 : base;
    }

    /** A segment that was synced, of which the manifest does not know where it ends. */
    private @Nullable Segment trusted(long base, int bytes, long nextBase) throws IOException {
        SegmentRecovery.Prefix prefix = recovery.wholePrefix(base, bytes);
        if (prefix.endOffset() < nextBase && !wasGap(base, prefix.endOffset(), nextBase)) {
            return shortened(base, nextBase, bytes, prefix.endOffset());
        }
        reached = prefix.endOffset();
        return Segment.stored(parts, directory, base, ordinal++, prefix.bytes());
    }

    /** A segment of which only the offset is known up to which it must reach. */
    private @Nullable Segment shortened(long base, long end, int bytes, long endFound)
            throws IOException {
        manifest.active(base, end, SegmentManifest.UNKNOWN_BYTES);
        return shortened(
                new SegmentManifest.Entry(
                        base, end, SegmentManifest.UNKNOWN_BYTES, SegmentManifest.State.ACTIVE),
                bytes,
                "has " + bytes + " bytes, whose batches end at offset " + endFound);
    }

    private @Nullable Segment shortened(SegmentManifest.Entry entry, int bytes, String how)
            throws IOException {
        SegmentRecovery.Prefix prefix = recovery.checkedPrefix(entry.base(), bytes);
        if (prefix.endOffset() < entry.end()) {
            missing.add(
                    Math.max(reached, prefix.endOffset()),
                    entry.end(),
                    LogFiles.name(entry.base(), LogFiles.LOG) + " " + how);
        }
        reached = entry.end();
        damaged = entry;
        sealLast();
        if (prefix.bytes() > 0) {
            segments.add(Segment.stored(parts, directory, entry.base(), ordinal++, prefix.bytes()));
        }
        return null;
    }

    /**
     * @param noted how it was left, if that was noted
     */
    private @Nullable Segment recovered(
            long base, int bytes, long nextBase, SegmentManifest.@Nullable Entry noted)
            throws IOException {
        // what is known to have been synced of this segment alone
        long known = Math.min(knownEnd, nextBase);
        boolean asItWasSealed = noted != null && noted.sealed() && noted.bytes() == bytes;
        SegmentRecovery.Recovered found =
                switch (asItWasSealed ? Ending.CLOSED : ending) {
                    case CLOSED -> recovery.afterClose(base, ordinal, bytes, known, noted);
                    case KILLED -> recovery.afterKill(base, ordinal, bytes, knownEnd, known);
                    case UNKNOWN -> recovery.afterCrash(base, ordinal, bytes, knownEnd, known);
                };
        if (found.endOffset() < known && !wasGap(base, found.endOffset(), known)) {
            found.segment().retire();
            return shortened(base, known, bytes, found.endOffset());
        }
        Segment segment = found.segment();
        if (firstUnsynced == null && found.syncedBytes() < segment.size()) {
            firstUnsynced =
                    new LogPosition(
                            Math.clamp(knownEnd, base, found.endOffset()),
                            segment.token(found.syncedBytes()));
        }
        ordinal++;
        reached = found.endOffset();
        durable &= found.durable();
        return segment;
    }

    /** The last segment is followed by another, or by a loss. */
    private void sealLast() throws IOException {
        if (last != null && last.isWritable()) {
            last.seal();
            if (ending != Ending.KILLED) {
                last.sync(last.size(), true); // else the first sync of the log does
            }
        }
        last = null;
    }

    private Loaded finished(long start) throws IOException {
        long end = reached;
        if (end < start) {
            // the log was reset to its start, or what lay below it was not synced or is damaged
            for (Segment segment : segments) {
                segment.retire();
                files.remove(segment.baseOffset());
            }
            segments.clear();
            firstUnsynced = null;
            last = null;
            end = start;
        }
        if (end < knownEnd && !manifest.isGap(end, knownEnd)) {
            lose(end, knownEnd);
            sealLast();
            end = knownEnd;
        }
        manifest.cut(end);
        if (last == null || !last.isWritable()) {
            segments.add(Segment.empty(parts, directory, end, ordinal));
        }
        Segment active = segments.getLast();
        LogPosition endPosition = new LogPosition(end, active.token(active.size()));
        return new Loaded(
                segments,
                new LogBounds(start, end),
                durable && !cut,
                firstUnsynced == null ? endPosition : firstUnsynced,
                new StoredSidecars(
                        files.producerSnapshots(),
                        files.producerBatches(),
                        files.epochs(),
                        ending == Ending.CLOSED ? end : Math.min(recoveryPoint, end)),
                manifest,
                missing.ranges());
    }

    private void dropBelow(long start) throws IOException {
        NavigableMap<Long, Integer> logs = files.logs();
        while (logs.size() > 1 && logs.higherKey(logs.firstKey()) <= start) {
            files.remove(logs.firstKey());
        }
    }

    /**
     * The first segments are missing: they were never synced, so what follows them was not either,
     * unless somebody put the files there by hand. Nothing is thrown away.
     */
    private void setAsideAll(long start) throws IOException {
        parts.logger()
                .log(
                        Level.WARNING,
                        "{0}: the log begins at offset {1}, its first segment at {2}; renaming its"
                                + " segments to {3}, remove them when you are sure that nobody"
                                + " needs them",
                        directory,
                        Long.toString(start),
                        Long.toString(files.logs().firstKey()),
                        "*" + LogFiles.STRAY);
        for (long base : List.copyOf(files.logs().keySet())) {
            files.setAside(base);
        }
        durable = false;
    }
}
