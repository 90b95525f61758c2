package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a segment on disk to where appending can go on: indexes that can be trusted, the largest
 * timestamp, and after a crash the end at the last whole batch. Confined to the thread that opens
 * or cuts the log.
 */
final class SegmentRecovery {
    private final StoreParts parts;
    private final Path directory;
    private final int indexIntervalBytes;

    SegmentRecovery(StoreParts parts, Path directory, int indexIntervalBytes) {
        this.parts = parts;
        this.directory = directory;
        this.indexIntervalBytes = indexIntervalBytes;
    }

    /**
     * A segment that can be appended to.
     *
     * @param endOffset the offset after its last batch
     * @param durable whether all of it was known to survive a crash
     * @param syncedBytes how many of its bytes are known to survive a crash now
     */
    record Recovered(Segment segment, long endOffset, boolean durable, int syncedBytes) {
        Recovered(Segment segment, long endOffset, boolean durable) {
            this(segment, endOffset, durable, segment.size());
        }
    }

    /**
     * The whole batches from a segment's begin on.
     *
     * @param bytes how many bytes they have
     * @param endOffset the offset after the last of them
     */
    record Prefix(int bytes, long endOffset) {}

    /**
     * What is left of a segment that lost bytes: every batch is checked up to the first bad one.
     */
    Prefix checkedPrefix(long base, int fileBytes) throws IOException {
        return prefix(base, fileBytes, 0, true);
    }

    /** Where a sealed segment ends: its headers are read from its last index entry on. */
    Prefix wholePrefix(long base, int fileBytes) throws IOException {
        SegmentIndexes indexes = SegmentIndexes.onDisk(parts, directory, base);
        IndexFile offsets = indexes.offsets();
        int entries = fileBytes == 0 ? 0 : indexes.soundOffsets(fileBytes);
        int from = entries == 0 ? 0 : offsets.value(entries - 1);
        long lastOffset = entries == 0 ? 0 : base + offsets.key(entries - 1);
        offsets.file().closeIfIdle();
        if (from > 0) {
            Prefix tail = prefix(base, fileBytes, from, false);
            if (tail.endOffset() > lastOffset && tail.bytes() == fileBytes) {
                return tail;
            }
        }
        return prefix(base, fileBytes, 0, false);
    }

    private Prefix prefix(long base, int fileBytes, int from, boolean verify) throws IOException {
        long end = base;
        int bytes = from;
        ByteBuffer buffer = parts.scratch().borrow();
        Path file = directory.resolve(LogFiles.name(base, LogFiles.LOG));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            BatchWalk walk =
                    verify
                            ? BatchWalk.verifying(channel, buffer, from, fileBytes)
                            : new BatchWalk(channel, buffer, from, fileBytes);
            while (walk.next() && walk.baseOffset() >= end && (!verify || walk.verify())) {
                end = walk.lastOffset() + 1;
                bytes = walk.nextPosition();
            }
        } finally {
            parts.scratch().release(buffer);
        }
        return new Prefix(bytes, end);
    }

    /**
     * A segment that was closed and synced; if it is not as it was left, all of it is checked.
     *
     * @param knownEnd the offset below which batches were there; a file that ends before is kept as
     *     it is
     * @param noted how it was left, if that was noted
     */
    Recovered afterClose(
            long base,
            int ordinal,
            int fileBytes,
            long knownEnd,
            SegmentManifest.@Nullable Entry noted)
            throws IOException {
        if (fileBytes == 0) {
            return nothing(base, ordinal);
        }
        try (Session session = new Session(base, ordinal, fileBytes)) {
            int from = session.trustAll(noted);
            long end = session.resume(from);
            if (session.segment.size() == fileBytes) {
                return new Recovered(session.segment, end, true);
            }
            session.segment.retire();
        }
        return afterCrash(base, ordinal, fileBytes, base, knownEnd);
    }

    /** A segment that was cut at a batch border, below which everything is good. */
    Recovered afterCut(long base, int ordinal, int fileBytes, long endOffset) throws IOException {
        try (Session session = new Session(base, ordinal, fileBytes)) {
            int from = session.trustBelow(endOffset, true);
            long end = session.resume(from);
            return new Recovered(session.segment, end, true);
        }
    }

    /**
     * A segment as a crash left it: from {@code trustedTo} on, every batch is checked.
     *
     * @param knownEnd the offset below which batches were synced; a file that ends before is kept
     *     as it is
     */
    Recovered afterCrash(long base, int ordinal, int fileBytes, long trustedTo, long knownEnd)
            throws IOException {
        if (fileBytes == 0) {
            return nothing(base, ordinal);
        }
        try (Session session = new Session(base, ordinal, fileBytes)) {
            int from = session.trustBelow(trustedTo, true);
            long end = session.resumeVerifying(from, trustedTo);
            boolean durable = end <= trustedTo && session.segment.size() == fileBytes;
            if (!durable && end >= knownEnd) {
                session.cutTail(end);
                session.force();
            }
            return new Recovered(session.segment, end, durable);
        }
    }

    /**
     * A segment as a process left it that was killed on a machine that went on: nothing is synced,
     * and of all batches only the last is checked.
     *
     * @param syncedTo below it batches were synced
     * @param knownEnd a file that ends before is kept as it is
     */
    Recovered afterKill(long base, int ordinal, int fileBytes, long syncedTo, long knownEnd)
            throws IOException {
        if (fileBytes == 0) {
            return nothing(base, ordinal);
        }
        try (Session session = new Session(base, ordinal, fileBytes)) {
            int from = session.trustBelow(syncedTo, false);
            RecoveryWalk walk = session.resumeAfterKill(from, syncedTo);
            long end = walk.endOffset();
            if (end >= knownEnd) {
                session.cutTail(end);
            }
            session.segment.unsynced(walk.bytesBelow());
            return new Recovered(session.segment, end, end <= syncedTo, walk.bytesBelow());
        }
    }

    /** An empty file; what indexes it has tell of batches that are lost. */
    private Recovered nothing(long base, int ordinal) throws IOException {
        for (String suffix :
                List.of(LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX, LogFiles.TRANSACTION_INDEX)) {
            Files.deleteIfExists(directory.resolve(LogFiles.name(base, suffix)));
        }
        return new Recovered(Segment.empty(parts, directory, base, ordinal), base, true);
    }

    /** One segment's file and a buffer, while it is looked at. */
    private final class Session implements AutoCloseable {
        private final long base;
        private final int fileBytes;
        private final Segment segment;
        private final SegmentIndexes indexes;
        private final OpenFile open;
        private final ByteBuffer buffer;
        private String problem = "";

        Session(long base, int ordinal, int fileBytes) throws IOException {
            this.base = base;
            this.fileBytes = fileBytes;
            this.segment = Segment.stored(parts, directory, base, ordinal, fileBytes);
            this.indexes = SegmentIndexes.onDisk(parts, directory, base);
            OpenFile use = segment.file().use();
            if (use == null) {
                throw new IllegalStateException(segment + " was removed while it was opened");
            }
            this.open = use;
            this.buffer = parts.scratch().borrow();
        }

        private FileChannel channel() {
            return open.channel();
        }

        /**
         * Keeps every sound entry, or none if the files are not as they were left; gives the
         * position of the last indexed batch.
         */
        int trustAll(SegmentManifest.@Nullable Entry noted) throws IOException {
            IndexChecksums left =
                    noted == null || noted.bytes() != fileBytes ? null : noted.indexes();
            if (left != null) {
                IndexChecksums now = IndexChecksums.of(parts, directory, base);
                segment.aborted().expect(left.aborted());
                String changed = left.changed(now);
                if (!changed.isEmpty()) {
                    parts.logger()
                            .log(
                                    Level.WARNING,
                                    "{0}: its {1} file is not as it was left; building it anew",
                                    segment,
                                    changed);
                    indexes.times().cut(0);
                    return anchor(0, indexes.offsets(), true);
                }
            }
            IndexFile offsets = indexes.offsets();
            IndexFile times = indexes.times();
            times.cut(indexes.soundTimes());
            // without time entries the largest timestamp takes a walk over all headers
            return anchor(times.count() == 0 ? 0 : indexes.soundOffsets(fileBytes), offsets, true);
        }

        /**
         * Keeps the entries that tell of what lies below an offset. The files were perhaps not
         * synced, so time entries may be missing that the offset entries suggest: nothing after the
         * last time entry is trusted.
         *
         * @param durably whether the others are to be gone even after a crash
         */
        int trustBelow(long offset, boolean durably) throws IOException {
            IndexFile offsets = indexes.offsets();
            IndexFile times = indexes.times();
            offsets.cut(indexes.soundOffsets(fileBytes), durably);
            times.cut(indexes.soundTimes(), durably);
            long most = Math.min(offset - 1 - base, Integer.MAX_VALUE);
            int timesBelow = most < 0 ? 0 : times.entriesUpToValue((int) most);
            int entries = timesBelow == 0 ? 0 : offsets.floor(times.value(timesBelow - 1)) + 1;
            int from = anchor(entries, offsets, durably);
            times.cut(
                    offsets.count() == 0
                            ? 0
                            : times.entriesUpToValue((int) offsets.key(offsets.count() - 1)),
                    durably);
            return from;
        }

        /** Cuts the offset index to so many entries, or to none if the last of them lies. */
        private int anchor(int entries, IndexFile offsets, boolean durably) throws IOException {
            if (entries > 0) {
                int position = offsets.value(entries - 1);
                BatchWalk walk = new BatchWalk(channel(), buffer, position, fileBytes);
                if (walk.next() && walk.lastOffset() == base + offsets.key(entries - 1)) {
                    offsets.cut(entries, durably);
                    return position;
                }
            }
            offsets.cut(0, durably);
            return 0;
        }

        /** Walks from the last indexed batch to the end; gives the offset of that. */
        long resume(int from) throws IOException {
            BatchWalk headers = new BatchWalk(channel(), buffer, from, fileBytes);
            return resume(RecoveryWalk.believing(segment, headers, parts.logger()));
        }

        /** The same, to the last batch before one that is not good. */
        long resumeVerifying(int from, long verifyFrom) throws IOException {
            BatchWalk all = BatchWalk.verifying(channel(), buffer, from, fileBytes);
            return resume(RecoveryWalk.verifying(segment, all, verifyFrom, parts.logger()));
        }

        /** The same, over what is damaged in between. */
        RecoveryWalk resumeAfterKill(int from, long syncedTo) throws IOException {
            BatchWalk headers = new BatchWalk(channel(), buffer, from, fileBytes);
            RecoveryWalk walk = RecoveryWalk.afterKill(segment, headers, syncedTo, parts.logger());
            resume(walk);
            return walk;
        }

        private long resume(RecoveryWalk batches) throws IOException {
            segment.resume(indexes, batches, indexIntervalBytes);
            problem = batches.batch().problem();
            return batches.endOffset();
        }

        /** Removes what follows the last good batch. */
        void cutTail(long end) throws IOException {
            if (segment.size() < fileBytes) {
                parts.logger()
                        .log(
                                Level.WARNING,
                                "segment {0}: {1}; truncating to offset {2}, {3} bytes are cut off",
                                segment,
                                problem,
                                Long.toString(end),
                                Integer.toString(fileBytes - segment.size()));
                channel().truncate(segment.size());
            }
        }

        void force() throws IOException {
            DiskFiles.force(channel(), segment.file().path(), true);
        }

        @Override
        public void close() {
            parts.scratch().release(buffer);
            open.release();
            // thousands of logs are opened that nobody uses for now
            segment.closeIdleFiles();
        }
    }
}
