package mortise.storage.local;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import mortise.spi.storage.LogSettings;
import org.jspecify.annotations.Nullable;

/**
 * One file of batches with its two indexes. The last segment of a log is the active one, which its
 * writer appends to; the others are sealed and do not change.
 *
 * <p>Threads: the methods of the writer are confined to it. Readers see batches below {@link #size}
 * only, which is published after the bytes and the index entries are there. The fields of syncing
 * are guarded by the log's sync lock. A segment that is cut or removed is retired and replaced by
 * another object, so a reader with an old one meets null uses and starts again.
 */
final class Segment {
    /** The timestamp of a segment without any. */
    static final long NO_TIMESTAMP = -1;

    private static final long UNKNOWN_TIMESTAMP = Long.MIN_VALUE;
    private static final VarHandle SIZE;
    private static final VarHandle MAX_TIMESTAMP;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SIZE = lookup.findVarHandle(Segment.class, "size", int.class);
            MAX_TIMESTAMP = lookup.findVarHandle(Segment.class, "maxTimestamp", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final StoreParts parts;
    private final Path directory;
    private final long baseOffset;
    private final int ordinal;
    private final CachedFile file;

    private final TransactionIndex aborted;
    private final VerifiedRanges verified;

    /** What its index files were when it was complete; null if nobody knows. */
    private @Nullable IndexChecksums expectedIndexes;

    /** Whether its index files are others than those that were noted. */
    private volatile boolean indexesChanged;

    /** Null until somebody wants them. */
    private volatile @Nullable SegmentIndexes indexes;

    @SuppressWarnings("unused") // through SIZE
    private int size;

    @SuppressWarnings("unused") // through MAX_TIMESTAMP
    private long maxTimestamp;

    /** Set before anybody else sees it. */
    private boolean compacted;

    // the writer's
    private @Nullable IndexBuilder builder;
    private long firstTimestamp = UNKNOWN_TIMESTAMP;
    private long begunAtMillis = Long.MAX_VALUE;
    private boolean preallocated;
    private @Nullable OpenFile positioned;

    /** Set before anybody else sees it. */
    private SpaceAhead ahead = SpaceAhead.NONE;

    // guarded by the log's sync lock
    private int syncedBytes;
    private boolean sealSynced;

    /** A segment with nothing in it and no file yet: the first append makes one. */
    static Segment empty(StoreParts parts, Path directory, long baseOffset, int ordinal) {
        return empty(parts, directory, baseOffset, ordinal, false);
    }

    /**
     * The same.
     *
     * @param busy whether the segment before it was filled quickly
     */
    static Segment empty(
            StoreParts parts, Path directory, long baseOffset, int ordinal, boolean busy) {
        Segment segment = new Segment(parts, directory, baseOffset, ordinal, 0, true);
        segment.ahead = parts.space().ahead(segment.file.path(), 0, busy);
        segment.maxTimestamp = NO_TIMESTAMP;
        segment.adopt(SegmentIndexes.none(parts, directory, baseOffset));
        return segment;
    }

    /** A segment that lies on disk, whose indexes are looked at when they are wanted. */
    static Segment stored(
            StoreParts parts, Path directory, long baseOffset, int ordinal, int size) {
        Segment segment = new Segment(parts, directory, baseOffset, ordinal, size, false);
        segment.maxTimestamp = UNKNOWN_TIMESTAMP;
        segment.syncedBytes = size;
        segment.sealSynced = true;
        return segment;
    }

    /** The same, with the checksums that its index files have if they are as they were left. */
    static Segment stored(
            StoreParts parts, Path directory, int ordinal, int size, SegmentManifest.Entry entry) {
        Segment segment = stored(parts, directory, entry.base(), ordinal, size);
        segment.expectedIndexes = entry.indexes();
        if (entry.indexes() != null) {
            segment.aborted.expect(entry.indexes().aborted());
        }
        return segment;
    }

    /** A segment that stands in the place of others: positions in those mean nothing in it. */
    static Segment compacted(
            StoreParts parts, Path directory, long baseOffset, int ordinal, int size) {
        Segment segment = stored(parts, directory, baseOffset, ordinal, size);
        segment.compacted = true;
        return segment;
    }

    private Segment(
            StoreParts parts,
            Path directory,
            long baseOffset,
            int ordinal,
            int size,
            boolean isNew) {
        this.parts = parts;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.ordinal = ordinal;
        this.size = size;
        this.file =
                new CachedFile(
                        directory.resolve(LogFiles.name(baseOffset, LogFiles.LOG)),
                        parts.openFiles());
        CachedFile ofAborted =
                new CachedFile(
                        directory.resolve(LogFiles.name(baseOffset, LogFiles.TRANSACTION_INDEX)),
                        parts.openFiles());
        // what this process writes it has checked before
        this.verified = isNew ? VerifiedRanges.all() : VerifiedRanges.none();
        this.aborted =
                isNew
                        ? TransactionIndex.none(ofAborted, baseOffset)
                        : TransactionIndex.stored(ofAborted, baseOffset);
    }

    long baseOffset() {
        return baseOffset;
    }

    /** Whether it stands in the place of others. */
    boolean isCompacted() {
        return compacted;
    }

    /** Where it stands among all segments that this log has had since it was opened. */
    int ordinal() {
        return ordinal;
    }

    CachedFile file() {
        return file;
    }

    /** The transactions that markers in it abort. */
    TransactionIndex aborted() {
        return aborted;
    }

    /** Which of its bytes need not be checked before they are served. */
    VerifiedRanges verified() {
        return verified;
    }

    /** The bytes of whole batches that readers may see. */
    int size() {
        return (int) SIZE.getAcquire(this);
    }

    /** The position of a border in it, as a token. */
    long token(int position) {
        return Tokens.of(ordinal, position);
    }

    // ---- writing: confined to the writer

    /** Makes sure that the indexes can take the entries of an append without touching the disk. */
    void makeRoom(int batches, int bytes, int indexIntervalBytes) throws IOException {
        builder().makeRoom(batches, bytes, indexIntervalBytes);
    }

    /** Writes buffers after the last batch; the batches become visible with {@link #publish}. */
    void write(ByteBuffer[] buffers, int count, int bytes, LogSettings settings)
            throws IOException {
        OpenFile open = file.useOrCreate();
        if (open == null) {
            throw new RemovedWhileReadException(file);
        }
        try {
            if (settings.preallocate() && size == 0 && !preallocated) {
                open.channel().write(ByteBuffer.allocate(1), settings.segmentBytes() - 1L);
                preallocated = true;
            }
            if (open != positioned) {
                open.channel().position(size);
                positioned = open;
            }
            long written = 0;
            if (count == 1) {
                while (written < bytes) {
                    written += open.channel().write(buffers[0]);
                }
            } else {
                int first = 0;
                while (written < bytes) {
                    written += open.channel().write(buffers, first, count - first);
                    while (first < count && !buffers[first].hasRemaining()) {
                        first++;
                    }
                }
            }
            if (size + bytes >= ahead.lookAt()) {
                ahead.wrote(size + bytes, settings.segmentBytes(), parts.clock().nanoTime());
            }
        } catch (IOException | RuntimeException failure) {
            positioned = null;
            takeBack(open, failure);
            throw failure;
        } finally {
            open.release();
        }
    }

    /**
     * Takes back what a failed write left after the last batch, for good: otherwise a crash could
     * bring it back in the place of what is written there next. The file is open, so that takes no
     * other.
     *
     * @throws IOException if it stays; nothing may be written then
     */
    private void takeBack(OpenFile open, Exception failure) throws IOException {
        try {
            open.channel().truncate(size);
            DiskFiles.force(open.channel(), file.path(), true);
            preallocated = false;
        } catch (IOException stays) {
            stays.addSuppressed(failure);
            throw new ForceFailedException(file.path(), stays);
        }
    }

    /** Notes a batch that has been written at a position. */
    void note(long lastOffset, int position, int bytes, long timestamp, int indexIntervalBytes) {
        if (firstTimestamp == UNKNOWN_TIMESTAMP && position == 0) {
            firstTimestamp = timestamp;
        }
        builder().note(lastOffset, position, bytes, timestamp, indexIntervalBytes);
        showTimestamp();
    }

    private void showTimestamp() {
        long largest = builder().maxTimestamp();
        if (largest != maxTimestamp) {
            MAX_TIMESTAMP.setRelease(this, largest);
        }
    }

    /** Shows everything up to {@code newSize} to readers. */
    void publish(int newSize) {
        SIZE.setRelease(this, newSize);
    }

    /** Remembers when the first batch came, for closing the segment by age. */
    void begunAt(long nowMillis) {
        begunAtMillis = Math.min(begunAtMillis, nowMillis);
    }

    /** The wall clock when the first batch came, or the largest number if none did. */
    long begunAtMillis() {
        return begunAtMillis;
    }

    /** The timestamp of the first batch, or {@link #NO_TIMESTAMP}. May read its header. */
    long firstTimestamp() throws IOException {
        if (firstTimestamp == UNKNOWN_TIMESTAMP) {
            firstTimestamp = NO_TIMESTAMP;
            OpenFile open = size == 0 ? null : file.use();
            if (open != null) {
                ByteBuffer buffer = parts.scratch().borrow();
                try {
                    BatchWalk walk = new BatchWalk(open.channel(), buffer, 0, size);
                    if (walk.next()) {
                        firstTimestamp = walk.maxTimestamp();
                    }
                } finally {
                    parts.scratch().release(buffer);
                    open.release();
                }
            }
        }
        return firstTimestamp;
    }

    /** Whether an index has reached its largest size. */
    boolean indexIsFull(int indexBytes) {
        SegmentIndexes now = loaded();
        return now.offsets().sizeInBytes() + IndexFile.OFFSET_ENTRY_BYTES > indexBytes
                || now.times().sizeInBytes() + 2 * IndexFile.TIME_ENTRY_BYTES > indexBytes;
    }

    /** Whether it is filled quickly. */
    boolean isBusy() {
        return ahead.isBusy();
    }

    /** Whether batches can be appended, for its indexes are at hand. */
    boolean isWritable() {
        return builder != null;
    }

    /** Makes the file even though there is nothing to write yet. */
    void createFile() throws IOException {
        OpenFile open = file.useOrCreate();
        if (open != null) {
            open.release();
        }
    }

    /** Writes out what the indexes have in memory; aborted transactions durably. */
    void storeIndexes() throws IOException {
        indexes().offsets().store();
        indexes().times().store();
        aborted.sync();
    }

    /** Writes the indexes out and gives unused space back; can be tried again after a failure. */
    void seal() throws IOException {
        if (size == 0) {
            return;
        }
        builder().finish();
        if (preallocated) {
            OpenFile open = file.use();
            if (open != null) {
                try {
                    open.channel().truncate(size);
                    preallocated = false;
                } finally {
                    open.release();
                }
            }
        }
    }

    /**
     * Makes it ready for appending: indexes that have been checked, and then every batch from the
     * last indexed one on. All of it counts as synced.
     *
     * @param batches begin at the last indexed batch
     */
    void resume(SegmentIndexes checked, RecoveryWalk batches, int indexIntervalBytes)
            throws IOException {
        adopt(checked);
        IndexBuilder resumed = builder();
        resumed.resume();
        boolean indexed = checked.offsets().count() > 0;
        BatchWalk walk = batches.batch();
        while (batches.next()) {
            if (indexed) {
                resumed.noteIndexed(walk.lastOffset(), walk.size(), walk.maxTimestamp());
                indexed = false;
            } else {
                resumed.makeRoom(1, 0, indexIntervalBytes);
                resumed.note(
                        walk.lastOffset(),
                        walk.position(),
                        walk.size(),
                        walk.maxTimestamp(),
                        indexIntervalBytes);
            }
        }
        aborted.cut(batches.endOffset());
        maxTimestamp = resumed.maxTimestamp();
        size = walk.nextPosition();
        syncedBytes = size;
        sealSynced = false;
        verified.add(size, Integer.MAX_VALUE);
        ahead = parts.space().ahead(file.path(), size, false);
    }

    /** Only so many of its bytes are known to be synced, and of its indexes nothing. */
    void unsynced(int below) {
        syncedBytes = below;
        sealSynced = false;
    }

    // ---- reading

    /**
     * A border between batches, as the index says.
     *
     * @param lastOffset of the batch that begins there; -1 if the index has no entry for it
     */
    record Border(int position, long lastOffset) {
        /** The begin of a segment. */
        static final Border BEGIN = new Border(0, -1);
    }

    /** A border at or before the first batch whose last offset is not below {@code offset}. */
    Border borderBefore(long offset) throws IOException {
        long relative = Math.min(offset - baseOffset, Integer.MAX_VALUE);
        IndexFile index = indexes().offsets();
        int entry = index.floor(relative);
        return entry < 0
                ? Border.BEGIN
                : new Border(index.value(entry), baseOffset + index.key(entry));
    }

    /** The position of {@link #borderBefore}. */
    int positionBefore(long offset) throws IOException {
        return borderBefore(offset).position();
    }

    /** A border at or before the first batch whose largest timestamp is at least {@code least}. */
    int positionBeforeTimestamp(long least) throws IOException {
        IndexFile index = indexes().times();
        int entry = index.floor(least - 1);
        return entry < 0 ? 0 : positionBefore(baseOffset + index.value(entry));
    }

    /**
     * The largest timestamp of its batches, or {@link #NO_TIMESTAMP} if none is larger. May read
     * the time index, which knows none below.
     */
    long maxTimestamp() throws IOException {
        long known = (long) MAX_TIMESTAMP.getAcquire(this);
        if (known != UNKNOWN_TIMESTAMP) {
            return known;
        }
        IndexFile index = indexes().times();
        int entries = index.count();
        long last = entries == 0 ? NO_TIMESTAMP : index.key(entries - 1);
        MAX_TIMESTAMP.compareAndSet(this, UNKNOWN_TIMESTAMP, last);
        return last;
    }

    private SegmentIndexes indexes() throws IOException {
        SegmentIndexes now = indexes;
        return now != null ? now : loadIndexes();
    }

    private synchronized SegmentIndexes loadIndexes() throws IOException {
        SegmentIndexes now = indexes;
        if (now == null) {
            now = SegmentIndexes.ofSealed(parts, this, directory);
            indexes = now;
        }
        return now;
    }

    private void adopt(SegmentIndexes checked) {
        builder = new IndexBuilder(checked, baseOffset);
        indexes = checked;
    }

    private SegmentIndexes loaded() {
        SegmentIndexes now = indexes;
        if (now == null) {
            throw new IllegalStateException("the indexes of " + this + " are not loaded");
        }
        return now;
    }

    private IndexBuilder builder() {
        IndexBuilder now = builder;
        if (now == null) {
            throw new IllegalStateException(this + " is sealed");
        }
        return now;
    }

    // ---- checksums of the index files

    /** What they were when it was complete; null if nobody knows. */
    @Nullable IndexChecksums expectedIndexes() {
        return expectedIndexes;
    }

    /** Those of the files as they are now. */
    IndexChecksums indexChecksums() throws IOException {
        return IndexChecksums.of(parts, directory, baseOffset);
    }

    /** Notes that its index files had to be made anew. */
    void indexesWereBuilt() {
        indexesChanged = true;
    }

    /** Whether that happened since this was asked last. */
    boolean tellsNewIndexes() {
        boolean changed = indexesChanged;
        indexesChanged = false;
        return changed;
    }

    // ---- syncing and ending

    /**
     * Makes what is below {@code upTo} durable, and of a sealed segment the file's length and the
     * indexes too.
     *
     * @return whether a file has been made whose name is not durable yet
     */
    boolean sync(int upTo, boolean sealed) throws IOException {
        if (upTo == 0) {
            return false; // there may not even be a file
        }
        if (sealed && !sealSynced) {
            ahead.giveBack(size);
        }
        if (syncedBytes < upTo || (sealed && !sealSynced)) {
            OpenFile open = file.use();
            if (open == null) {
                return false; // removed meanwhile
            }
            try {
                DiskFiles.force(open.channel(), file.path(), false);
            } finally {
                open.release();
            }
            syncedBytes = upTo;
        }
        if (sealed && !sealSynced) {
            SegmentIndexes now = loaded();
            now.offsets().sync();
            now.times().sync();
            sealSynced = true;
        }
        return aborted.sync();
    }

    /** Lets go of channels that an interrupt has closed. */
    void dropClosedFiles() {
        SegmentIndexes now = indexes;
        if (now != null) {
            now.offsets().file().dropIfClosed();
            now.times().file().dropIfClosed();
        }
        aborted.file().dropIfClosed();
        file.dropIfClosed();
    }

    /** Closes its files until somebody wants them. */
    void closeIdleFiles() {
        SegmentIndexes now = indexes;
        if (now != null) {
            now.offsets().file().closeIfIdle();
            now.times().file().closeIfIdle();
        }
        aborted.file().closeIfIdle();
        file.closeIfIdle();
    }

    /**
     * Ends it; nothing is opened any more.
     *
     * @return whether no reader has the log file open
     */
    boolean retire() {
        SegmentIndexes now = indexes;
        if (now != null) {
            now.offsets().file().retire();
            now.times().file().retire();
        }
        aborted.file().retire();
        ahead.end();
        return file.retire();
    }

    /** Ends it and takes its files out of the log; they are unlinked after a delay. */
    void remove(Duration delay) throws IOException {
        retire();
        parts.doomed().segment(directory, baseOffset, delay);
    }

    @Override
    public String toString() {
        return LogFiles.name(baseOffset, LogFiles.LOG) + " of " + DiskFiles.name(directory);
    }
}
