package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import mortise.spi.storage.LogSettings;

/** The two indexes of a segment. */
record SegmentIndexes(IndexFile offsets, IndexFile times) {

    /** New ones, whose files do not exist yet. */
    static SegmentIndexes none(StoreParts parts, Path directory, long baseOffset) {
        return of(parts, directory, baseOffset, 0, 0);
    }

    /** New ones of a segment that is being rewritten, in files of their own. */
    static SegmentIndexes aside(StoreParts parts, Path directory, long baseOffset) {
        return new SegmentIndexes(
                new IndexFile(
                        new CachedFile(
                                RewrittenSegment.aside(
                                        directory, baseOffset, LogFiles.OFFSET_INDEX),
                                parts.openFiles()),
                        parts.scratch(),
                        IndexFile.OFFSET_ENTRY_BYTES,
                        0),
                new IndexFile(
                        new CachedFile(
                                RewrittenSegment.aside(directory, baseOffset, LogFiles.TIME_INDEX),
                                parts.openFiles()),
                        parts.scratch(),
                        IndexFile.TIME_ENTRY_BYTES,
                        0));
    }

    /** Those on disk, whole entries only, unchecked; missing files count as empty. */
    static SegmentIndexes onDisk(StoreParts parts, Path directory, long baseOffset)
            throws IOException {
        return of(
                parts,
                directory,
                baseOffset,
                entries(directory, baseOffset, LogFiles.OFFSET_INDEX, IndexFile.OFFSET_ENTRY_BYTES),
                entries(directory, baseOffset, LogFiles.TIME_INDEX, IndexFile.TIME_ENTRY_BYTES));
    }

    private static SegmentIndexes of(
            StoreParts parts, Path directory, long baseOffset, int offsets, int times) {
        return new SegmentIndexes(
                index(parts, directory, baseOffset, true, offsets),
                index(parts, directory, baseOffset, false, times));
    }

    private static IndexFile index(
            StoreParts parts, Path directory, long baseOffset, boolean ofOffsets, int entries) {
        String suffix = ofOffsets ? LogFiles.OFFSET_INDEX : LogFiles.TIME_INDEX;
        return new IndexFile(
                new CachedFile(
                        directory.resolve(LogFiles.name(baseOffset, suffix)), parts.openFiles()),
                parts.scratch(),
                ofOffsets ? IndexFile.OFFSET_ENTRY_BYTES : IndexFile.TIME_ENTRY_BYTES,
                entries);
    }

    private static int entries(Path directory, long baseOffset, String suffix, int entryBytes)
            throws IOException {
        try {
            long bytes = Files.size(directory.resolve(LogFiles.name(baseOffset, suffix)));
            return (int) Math.min(bytes / entryBytes, Integer.MAX_VALUE / entryBytes);
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    /**
     * The indexes of a sealed segment: those on disk if they are sound, else built anew from its
     * batch headers.
     */
    static SegmentIndexes ofSealed(StoreParts parts, Segment segment, Path directory)
            throws IOException {
        SegmentIndexes stored = onDisk(parts, directory, segment.baseOffset());
        String problem = stored.problem(parts, segment, directory);
        if (problem.isEmpty()) {
            return stored;
        }
        parts.logger().log(Level.WARNING, "{0}: {1}; building it anew", segment, problem);
        stored.offsets.cut(0);
        stored.times.cut(0);
        stored.build(parts, segment);
        // the segment counts as synced, so nothing else would make them durable
        stored.offsets.sync();
        stored.times.sync();
        DiskFiles.syncDirectory(directory);
        segment.indexesWereBuilt();
        return stored;
    }

    private String problem(StoreParts parts, Segment segment, Path directory) throws IOException {
        for (String suffix : new String[] {LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX}) {
            if (!Files.exists(directory.resolve(LogFiles.name(segment.baseOffset(), suffix)))) {
                return "its " + suffix + " file is missing";
            }
        }
        int offsetEntries = soundOffsets(segment.size());
        if (offsetEntries < offsets.count()) {
            return "entry " + offsetEntries + " of its .index file is out of order";
        }
        int timeEntries = soundTimes();
        if (timeEntries < times.count()) {
            return "entry " + timeEntries + " of its .timeindex file is out of order";
        }
        IndexChecksums expected = segment.expectedIndexes();
        String changed =
                expected == null
                        ? ""
                        : expected.changed(
                                IndexChecksums.of(parts, directory, segment.baseOffset()));
        if (!changed.isEmpty()) {
            return "its " + changed + " file is not as it was left";
        }
        return "";
    }

    /** How many leading offset entries are in order, for a log of so many bytes. */
    int soundOffsets(int logBytes) throws IOException {
        return offsets.soundEntries(Integer.MAX_VALUE, logBytes - BatchHeader.BYTES);
    }

    /** How many leading time entries are in order. */
    int soundTimes() throws IOException {
        return times.soundEntries(Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    private void build(StoreParts parts, Segment segment) throws IOException {
        OpenFile open = segment.file().use();
        if (open == null) {
            return;
        }
        ByteBuffer buffer = parts.scratch().borrow();
        try {
            int interval = LogSettings.DEFAULTS.indexIntervalBytes();
            IndexBuilder builder = new IndexBuilder(this, segment.baseOffset());
            BatchWalk walk = new BatchWalk(open.channel(), buffer, 0, segment.size());
            while (walk.next()) {
                builder.makeRoom(1, 0, interval);
                builder.note(
                        walk.lastOffset(),
                        walk.position(),
                        walk.size(),
                        walk.maxTimestamp(),
                        interval);
            }
            builder.finish();
        } finally {
            parts.scratch().release(buffer);
            open.release();
        }
    }
}
