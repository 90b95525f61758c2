package mortise.storage.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import mortise.api.TopicPartition;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.spi.storage.TimestampPosition;
import org.jspecify.annotations.Nullable;

/**
 * A partition's log as segment files. Who may touch what stands in {@code docs/storage.md}.
 *
 * <p>Appending takes no lock. {@code syncing} is held by whoever makes things durable, and by
 * truncation; {@code structure} by whoever changes the list of segments. Order: syncing before
 * structure.
 */
final class LocalPartitionLog implements PartitionLog {
    private static final VarHandle END;

    static {
        try {
            END =
                    MethodHandles.lookup()
                            .findVarHandle(LocalPartitionLog.class, "end", LogPosition.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final LogId id;
    private final Path path;
    private final LocalLogDirectory directory;
    private final StoreParts parts;
    private final Runnable checkpointLater;
    private final Runnable closed;
    private final Sidecars sidecars;
    private final SegmentManifest manifest;
    private final MissingRanges missing;
    private final RecentWindow recent;
    private final LogReads reads;
    private final ReentrantLock syncing = new ReentrantLock();
    private final ReentrantLock structure = new ReentrantLock();

    private volatile Segment[] segments;
    private volatile long startOffset;
    private volatile LogPosition durableEnd;

    /** Why it cannot be used any more: it failed, or was closed or deleted. */
    private volatile @Nullable StorageException unusable;

    private volatile boolean ended;
    private volatile boolean deleted;

    /** Files were created that no directory sync has covered. */
    private volatile boolean namesChanged;

    private volatile boolean metadataChanged;

    /** Sealed segments with a smaller ordinal stand in the manifest. Guarded by syncing. */
    private int describedBelow;

    @SuppressWarnings("unused") // through END
    private LogPosition end;

    // the writer's
    private Segment active;
    private LogSettings settings;
    private boolean changed;
    private ByteBuffer[] buffers = new ByteBuffer[4];
    private int[] sizes = new int[4];

    LocalPartitionLog(
            LogId id,
            Path path,
            LocalLogDirectory directory,
            StoreParts parts,
            LogSettings settings,
            LogLoader.Loaded loaded,
            boolean namesUnsynced,
            Runnable checkpointLater,
            Runnable closed)
            throws IOException {
        this.id = id;
        this.path = path;
        this.directory = directory;
        this.parts = parts;
        this.settings = settings;
        this.checkpointLater = checkpointLater;
        this.closed = closed;
        if (loaded.startOffset() > loaded.endOffset()) {
            throw new IllegalStateException(
                    id
                            + " would begin at offset "
                            + loaded.startOffset()
                            + " and end before, at "
                            + loaded.endOffset());
        }
        this.segments = loaded.segments().toArray(Segment[]::new);
        this.active = segments[segments.length - 1];
        this.startOffset = loaded.startOffset();
        this.end = new LogPosition(loaded.endOffset(), active.token(active.size()));
        this.durableEnd = end;
        this.sidecars = new Sidecars(path, loaded);
        this.manifest = loaded.manifest();
        this.missing = new MissingRanges(id, parts.clock(), parts.logger(), loaded.missing());
        this.namesChanged = namesUnsynced || sidecars.removed();
        this.metadataChanged = namesUnsynced;
        this.changed = namesUnsynced || !loaded.durable();
        this.recent =
                new RecentWindow(parts.config(), parts.recentBudget(), active, loaded.endOffset());
        this.reads =
                new LogReads(
                        id, parts, directory, () -> segments, this::settledSegments, this::check);
    }

    LogId id() {
        return id;
    }

    Path path() {
        return path;
    }

    LogSettings settings() {
        return settings;
    }

    // ---- writing

    @Override
    public OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        check();
        Segment segment = active;
        if (segment.size() == 0) {
            return OptionalLong.empty();
        }
        segment.begunAt(nowMillis);
        try {
            if (segment.size() + (long) bytes <= settings.segmentBytes()
                    && !segment.indexIsFull(settings.indexBytes())
                    && !isTooOld(segment, maxTimestamp, nowMillis)) {
                return OptionalLong.empty();
            }
            segment.seal();
        } catch (IOException failed) {
            throw trouble("closing segment " + segment, failed);
        }
        long base = writerEnd().offset();
        begin(base);
        return OptionalLong.of(base);
    }

    private boolean isTooOld(Segment segment, long maxTimestamp, long nowMillis)
            throws IOException {
        long age = settings.segmentAge().toMillis();
        long first = segment.firstTimestamp();
        // a timestamp from before 1970 closes nothing, and its difference could overflow
        return (first >= 0 && maxTimestamp >= 0 && maxTimestamp - first > age)
                || nowMillis - segment.begunAtMillis() > age;
    }

    private Segment begin(long baseOffset) {
        Segment next = Segment.empty(parts, path, baseOffset, active.ordinal() + 1);
        structure.lock();
        try {
            Segment[] now = segments;
            Segment[] longer = Arrays.copyOf(now, now.length + 1);
            longer[now.length] = next;
            segments = longer;
        } finally {
            structure.unlock();
        }
        active = next;
        return next;
    }

    @Override
    public LogPosition append(BatchSet batches) {
        check();
        int count = batches.count();
        LogPosition before = writerEnd();
        long lastOffset = lastOffset(batches, count, before.offset());
        int bytes = gather(batches, count);
        try {
            Segment segment = roomy(active, bytes, batches.baseOffset(0), lastOffset);
            int position = segment.size();
            if (position == 0) {
                segment.begunAt(parts.clock().wallMillis());
            }
            write(segment, count, bytes);
            if (position == 0) {
                namesChanged = true; // not before there is a name for a sync to make durable
            }
            return show(segment, batches, count, before.offset(), position);
        } finally {
            Arrays.fill(buffers, 0, count, null);
        }
    }

    /** Checks that offsets go forwards; gives the last one. */
    private long lastOffset(BatchSet batches, int count, long logEnd) {
        long next = logEnd;
        for (int i = 0; i < count; i++) {
            long base = batches.baseOffset(i);
            long last = batches.lastOffset(i);
            if (base < next || last < base) {
                throw new IllegalArgumentException(
                        "appending to "
                                + id
                                + ": batch "
                                + i
                                + " has offsets "
                                + base
                                + " to "
                                + last
                                + "; they must begin at or after "
                                + next);
            }
            next = last + 1;
        }
        return next - 1;
    }

    /** Collects the buffers and their sizes; gives the bytes of all. */
    private int gather(BatchSet batches, int count) {
        if (buffers.length < count) {
            buffers = new ByteBuffer[Math.max(count, 2 * buffers.length)];
            sizes = new int[buffers.length];
        }
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            ByteBuffer buffer = batches.buffer(i);
            buffers[i] = buffer;
            sizes[i] = buffer.remaining();
            bytes += sizes[i];
        }
        return Math.toIntExact(bytes);
    }

    /** The active segment, or a new one if positions or offsets would outgrow it. */
    private Segment roomy(Segment segment, int bytes, long firstOffset, long lastOffset) {
        if ((long) segment.size() + bytes <= Integer.MAX_VALUE
                && lastOffset - segment.baseOffset() <= Integer.MAX_VALUE) {
            return segment;
        }
        long logEnd = writerEnd().offset();
        if (lastOffset - firstOffset > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "appending to "
                            + id
                            + ": offsets "
                            + firstOffset
                            + " to "
                            + lastOffset
                            + " do not fit in one segment; append the batches one by one");
        }
        boolean nearby = lastOffset - logEnd <= Integer.MAX_VALUE;
        try {
            if (nearby) {
                segment.seal();
                return begin(logEnd);
            }
            // a gap so wide that the next segment cannot begin where this one ends: recovery would
            // take it for a loss, so it is told first that everything before is safe
            segment.createFile();
            segment.seal();
            sync();
            manifest.gap(logEnd, firstOffset);
            manifest.store();
            directory.recoveryPoints().setDurably(partition(), firstOffset);
            return begin(firstOffset);
        } catch (IOException failed) {
            throw trouble("closing segment " + segment, failed);
        }
    }

    private void write(Segment segment, int count, int bytes) {
        try {
            segment.makeRoom(count, bytes, settings.indexIntervalBytes());
        } catch (IOException failed) {
            throw trouble("writing the indexes of segment " + segment, failed);
        }
        try {
            segment.write(
                    buffers, count, bytes, settings.preallocate() ? settings.segmentBytes() : 0);
            changed = true;
        } catch (IOException failed) {
            throw trouble("appending " + bytes + " bytes to segment " + segment, failed);
        }
    }

    /** Makes batches that are written visible: indexes, recent window, size, end, in this order. */
    private LogPosition show(Segment segment, BatchSet batches, int count, long logEnd, int from) {
        int interval = settings.indexIntervalBytes();
        int position = from;
        long offset = logEnd;
        for (int i = 0; i < count; i++) {
            long last = batches.lastOffset(i);
            int size = sizes[i];
            segment.note(last, position, size, batches.maxTimestamp(i), interval);
            recent.add(segment, offset, position, last, position + size);
            position += size;
            offset = last + 1;
        }
        segment.publish(position);
        LogPosition after = new LogPosition(offset, segment.token(position));
        END.setRelease(this, after);
        return after;
    }

    private LogPosition writerEnd() {
        return (LogPosition) END.getOpaque(this);
    }

    @Override
    public void configure(LogSettings changedSettings) {
        settings = changedSettings;
    }

    // ---- looking

    @Override
    public LogPosition end() {
        return (LogPosition) END.getAcquire(this);
    }

    @Override
    public LogPosition durableEnd() {
        return durableEnd;
    }

    @Override
    public LogBounds bounds() {
        while (true) {
            long start = startOffset;
            long last = end().offset();
            if (start == startOffset && start <= last) {
                return new LogBounds(start, last);
            }
            Thread.onSpinWait(); // between the two steps of a reset
        }
    }

    @Override
    public Optional<LogSlice> readRecent(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        LogPosition last = end();
        if (offset < startOffset || offset > last.offset() || !recent.covers(offset)) {
            return Optional.empty();
        }
        RecentWindow.Found found = recent.find(offset);
        if (found == null) {
            // the window may have moved on between the two looks
            return recent.covers(offset) ? EmptySlice.PRESENT : Optional.empty();
        }
        int limit = LogReads.limit(found.segment(), Math.min(upTo.token(), last.token()));
        int length = length(found.position(), found.end(), limit, maxBytes, wholeBatch);
        if (length <= 0) {
            return EmptySlice.PRESENT;
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

    @Override
    public LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        check();
        LogPosition last = end();
        checkWithin(offset, last);
        long limitToken = Math.min(upTo.token(), last.token());
        LogReads.Place place = find(offset, last, limitToken);
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
        try {
            int least = Math.min(length, place.size());
            int readable = parts.readAhead().touch(place.open(), place.position(), length, least);
            return new FileSlice(place.open(), place.position(), readable);
        } catch (IOException failed) {
            place.open().release();
            throw reads.unreadable(
                    "reading "
                            + length
                            + " bytes at "
                            + place.position()
                            + " of "
                            + place.segment(),
                    failed);
        }
    }

    @Override
    public LogPosition position(long offset) {
        check();
        LogPosition last = end();
        checkWithin(offset, last);
        LogReads.Place place = find(offset, last, last.token());
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
    private LogReads.@Nullable Place find(long offset, LogPosition last, long limitToken) {
        LogReads.Place place = offset == last.offset() ? null : reads.atOrAfter(offset, limitToken);
        if (offset < startOffset) {
            if (place != null) {
                place.open().release();
            }
            throw new OffsetOutOfRangeException(id, offset, bounds());
        }
        refuseToPass(offset, place, last);
        return place;
    }

    /** A reader must not come from an offset to a batch behind what is missing. */
    private void refuseToPass(long offset, LogReads.@Nullable Place place, LogPosition last) {
        MissingRecords passed =
                missing.within(offset, place == null ? last.offset() : place.baseOffset());
        if (passed != null) {
            if (place != null) {
                place.open().release();
            }
            throw missing.refusal(offset, passed);
        }
    }

    @Override
    public List<MissingRecords> missing() {
        return missing.ranges();
    }

    /** How many offsets are missing. */
    long missingOffsets() {
        return missing.count();
    }

    @Override
    public List<MissingRecords> acceptLoss() {
        check();
        syncing.lock();
        try {
            List<MissingRecords> accepted = missing.accept(manifest, segments);
            if (!accepted.isEmpty() && accepted.getFirst().from() == startOffset) {
                advanceStart(accepted.getFirst().to());
            }
            return accepted;
        } catch (IOException failed) {
            throw trouble("accepting what is missing of " + id, failed);
        } finally {
            syncing.unlock();
        }
    }

    private void checkWithin(long offset, LogPosition last) {
        long start = startOffset;
        if (offset < start || offset > last.offset()) {
            throw new OffsetOutOfRangeException(id, offset, bounds());
        }
    }

    @Override
    public Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        check();
        return reads.byTimestamp(timestamp, startOffset, end());
    }

    @Override
    public Optional<TimestampPosition> largestTimestamp() {
        check();
        return reads.largestTimestamp(startOffset, end());
    }

    @Override
    public long retainedFrom(RetentionLimits limits) {
        check();
        // before any segment is looked at: what is appended meanwhile is beyond it
        long last = end().offset();
        Long kept = reads.search("finding what to retain", all -> retainedFrom(all, last, limits));
        return Math.max(startOffset, kept == null ? 0 : kept);
    }

    private static Long retainedFrom(Segment[] all, long logEnd, RetentionLimits limits)
            throws IOException {
        long left = 0;
        for (Segment segment : all) {
            left += segment.size();
        }
        long kept = all[0].baseOffset();
        for (int i = 0; i < all.length; i++) {
            Segment segment = all[i];
            long next = i < all.length - 1 ? all[i + 1].baseOffset() : logEnd;
            if (next <= kept || next > limits.ceiling()) {
                break;
            }
            boolean tooMuch = limits.maxBytes() >= 0 && left - segment.size() >= limits.maxBytes();
            if (!tooMuch && !isExpired(segment, limits)) {
                break;
            }
            left -= segment.size();
            kept = next;
        }
        return kept;
    }

    private static boolean isExpired(Segment segment, RetentionLimits limits) throws IOException {
        if (limits.maxAgeMillis() < 0) {
            return false;
        }
        long newest = segment.maxTimestamp();
        if (newest < 0 || newest > limits.nowMillis()) {
            // none, or a lie that would keep the segment for ever
            newest = Files.getLastModifiedTime(segment.file().path()).toMillis();
        }
        return limits.nowMillis() - newest > limits.maxAgeMillis();
    }

    @Override
    public long sizeInBytes() {
        long bytes = 0;
        for (Segment segment : segments) {
            bytes += segment.size();
        }
        return bytes;
    }

    @Override
    public LogDirectory directory() {
        return directory;
    }

    // ---- making durable

    @Override
    public LogPosition sync() {
        syncing.lock();
        try {
            if (deleted) {
                return durableEnd; // nobody wants it on the disk any more
            }
            check();
            LogPosition target = end();
            LogPosition known = durableEnd;
            boolean waiting = sidecars.hasPending();
            if (target.token() == known.token()
                    && !waiting
                    && !namesChanged
                    && !manifest.hasPending()) {
                return known;
            }
            boolean begun = namesChanged;
            Segment[] synced = segments;
            syncSegments(synced, target);
            syncNames();
            durableEnd = target;
            checkpointLater.run();
            describe(synced, target, begun);
            if (waiting) {
                storeSidecars();
            }
            return target;
        } catch (IOException failed) {
            throw trouble("syncing " + path, failed);
        } finally {
            syncing.unlock();
        }
    }

    /**
     * Notes which segments have been synced, for whoever opens the log next.
     *
     * @param begun whether the last of them is to be noted too, as far as it goes
     */
    private void describe(Segment[] synced, LogPosition target, boolean begun) {
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
        storeManifest();
    }

    /** What finds no room is written by a later sync; until then the segments speak for it. */
    private void storeManifest() {
        try {
            manifest.store();
        } catch (IOException failed) {
            throw trouble("noting the segments of " + path, failed);
        }
    }

    /** Writes a manifest for a log that had none, or that was found damaged. */
    void describeAfterOpening() {
        missing.tell(path.toString());
        if (manifest.hasPending()) {
            syncing.lock();
            try {
                describe(segments, end(), false);
            } finally {
                syncing.unlock();
            }
        }
    }

    /** Those that find no room are written by a later sync. */
    private void storeSidecars() {
        try {
            sidecars.store();
        } catch (IOException failed) {
            throw trouble("writing sidecars of " + path, failed);
        }
    }

    /** Makes the names durable of what a recovery found; its bytes are so already. */
    void syncAfterRecovery() throws IOException {
        metadataChanged = true;
        namesChanged = true;
        directory.namesChanged();
        syncNames();
    }

    private static void syncSegments(Segment[] all, LogPosition target) throws IOException {
        int last = Tokens.ordinal(target.token());
        for (Segment segment : all) {
            if (segment.ordinal() < last) {
                segment.sync(segment.size(), true);
            } else if (segment.ordinal() == last) {
                segment.sync(Tokens.position(target.token()), false);
            }
        }
    }

    /** A start offset means nothing to a log whose directory a crash takes away. */
    private void syncNamesAlone() throws IOException {
        syncing.lock();
        try {
            syncNames();
        } finally {
            syncing.unlock();
        }
    }

    private void syncNames() throws IOException {
        if (metadataChanged) {
            DiskFiles.syncFile(path.resolve(PartitionMetadata.FILE));
            DiskFiles.syncFileIfPresent(path.resolve(SegmentManifest.FILE));
            metadataChanged = false;
        }
        if (namesChanged) {
            namesChanged = false; // before, for the writer may make another meanwhile
            try {
                DiskFiles.syncDirectory(path);
            } catch (IOException failed) {
                namesChanged = true; // it may not even have been opened
                throw failed;
            }
        }
        directory.syncNames();
    }

    /** Hands the directory the offset below which everything is durable. */
    void noteRecoveryPoint() {
        syncing.lock(); // no truncation lowers it between the two
        try {
            if (unusable == null) {
                directory.recoveryPoints().set(partition(), durableEnd.offset());
            }
        } finally {
            syncing.unlock();
        }
    }

    private TopicPartition partition() {
        return id.partition();
    }

    // ---- removing

    @Override
    public LogPosition truncateTo(long offset) {
        check();
        LogPosition last = end();
        if (offset >= last.offset()) {
            return last;
        }
        checkWithin(offset, last);
        syncing.lock();
        try {
            LogReads.Place first = reads.atOrAfter(offset, last.token());
            if (first == null) {
                return last; // only a gap lies beyond
            }
            lowerRecoveryPoint(first);
            structure.lock();
            try {
                return cut(first, offset);
            } finally {
                structure.unlock();
            }
        } catch (IOException failed) {
            throw broken("truncating " + id + " to offset " + offset, failed);
        } finally {
            syncing.unlock();
        }
    }

    /** What is to be cut must be looked at by a recovery first. */
    private void lowerRecoveryPoint(LogReads.Place first) {
        try {
            directory.recoveryPoints().lowerDurably(partition(), first.segment().baseOffset());
            describedBelow = Math.min(describedBelow, first.segment().ordinal());
            manifest.cut(first.baseOffset());
            manifest.store();
        } catch (IOException failed) {
            first.open().release();
            throw trouble("truncating " + id, failed);
        }
    }

    /** Removes a batch and all that follows it. */
    private LogPosition cut(LogReads.Place first, long offset) throws IOException {
        Segment segment = first.segment();
        changed = true;
        LogPosition border =
                new LogPosition(
                        Math.min(offset, first.baseOffset()), segment.token(first.position()));
        lowerTo(border);
        first.open().release();
        Segment[] now = segments;
        int index = Arrays.asList(now).indexOf(segment);
        for (int i = now.length - 1; i > index; i--) {
            remove(now[i]);
        }
        Segment replacement;
        long newEnd;
        if (first.position() == 0) {
            newEnd = segment.baseOffset();
            remove(segment);
            replacement = Segment.empty(parts, path, newEnd, segment.ordinal());
        } else {
            SegmentRecovery.Recovered recovered = cut(segment, first.position(), border.offset());
            replacement = recovered.segment();
            newEnd = recovered.endOffset();
        }
        newEnd = Math.max(newEnd, startOffset);
        namesChanged = true; // nothing says any more how far the log was synced: the next sync does
        missing.dropBeyond(newEnd);
        sidecars.truncate(newEnd);
        DiskFiles.syncDirectory(path);
        Segment[] kept = Arrays.copyOf(now, index + 1);
        kept[index] = replacement;
        return showCut(kept, newEnd);
    }

    private LogPosition showCut(Segment[] kept, long newEnd) {
        segments = kept;
        active = kept[kept.length - 1];
        recent.restart(active, newEnd);
        LogPosition after = new LogPosition(newEnd, active.token(active.size()));
        lowerTo(after);
        return after;
    }

    private void lowerTo(LogPosition border) {
        if (durableEnd.token() >= border.token()) {
            durableEnd = border;
        }
        END.setVolatile(this, border);
    }

    private void remove(Segment segment) throws IOException {
        segment.retire();
        parts.doomed().segment(path, segment.baseOffset(), settings.fileDeleteDelay());
    }

    private SegmentRecovery.Recovered cut(Segment segment, int position, long endOffset)
            throws IOException {
        segment.storeIndexes();
        Path file = segment.file().path();
        if (segment.retire()) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(position);
                channel.force(true);
            }
        } else {
            // slices are out that may reach beyond the cut: they keep the old file
            copyPrefix(file, position);
        }
        return new SegmentRecovery(parts, path, settings.indexIntervalBytes())
                .afterCut(segment.baseOffset(), segment.ordinal(), position, endOffset);
    }

    private static void copyPrefix(Path file, int bytes) throws IOException {
        Path copy = file.resolveSibling(DiskFiles.name(file) + LogFiles.TEMPORARY);
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
                FileChannel to =
                        FileChannel.open(
                                copy,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; ) {
                at += from.transferTo(at, bytes - at, to);
            }
            to.force(true);
        }
        Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public LogPosition reset(long offset) {
        check();
        if (offset < 0) {
            throw new IllegalArgumentException("resetting " + id + " to offset " + offset);
        }
        syncing.lock();
        structure.lock();
        try {
            changed = true;
            boolean forwards = offset > end().offset();
            syncNames();
            sidecars.clear();
            DiskFiles.syncDirectory(path);
            if (forwards) {
                // from here on a crash leaves the log empty at the new offset
                directory.startOffsets().setDurably(partition(), offset);
            }
            directory.recoveryPoints().lowerDurably(partition(), Math.min(offset, startOffset));
            LogPosition nothing =
                    new LogPosition(Math.min(offset, startOffset), segments[0].token(0));
            if (!forwards) {
                startOffset = nothing.offset();
                lowerTo(nothing);
            }
            forgetSegments(forwards ? offset : nothing.offset());
            Segment[] now = segments;
            for (int i = now.length - 1; i >= 0; i--) {
                remove(now[i]);
            }
            DiskFiles.syncDirectory(path);
            if (!forwards) {
                directory.startOffsets().setDurably(partition(), offset);
                manifest.start(offset);
            }
            Segment fresh = Segment.empty(parts, path, offset, now[now.length - 1].ordinal() + 1);
            segments = new Segment[] {fresh};
            active = fresh;
            recent.restart(fresh, offset);
            LogPosition after = new LogPosition(offset, fresh.token(0));
            END.setVolatile(this, after);
            startOffset = offset;
            durableEnd = after;
            return after;
        } catch (IOException failed) {
            throw broken("resetting " + id + " to offset " + offset, failed);
        } finally {
            structure.unlock();
            syncing.unlock();
        }
    }

    /** From here on none of the segments need be there. */
    private void forgetSegments(long newStart) throws IOException {
        manifest.cutAll();
        manifest.start(newStart);
        manifest.store();
        missing.dropBeyond(-1);
        describedBelow = 0;
    }

    @Override
    public void advanceStart(long offset) {
        check();
        if (offset <= startOffset) {
            return;
        }
        checkWithin(offset, end());
        try {
            if (namesChanged) {
                syncNamesAlone();
            }
            directory.startOffsets().setDurably(partition(), offset);
            manifest.start(offset); // the checkpoint is what counts: it need not be written now
            missing.dropBelow(offset);
        } catch (IOException failed) {
            throw trouble("moving the start of " + id + " to offset " + offset, failed);
        }
        for (Segment segment : dropBelow(offset)) {
            removeOrLeave(segment);
        }
    }

    /** The log has moved on: what cannot be removed for now, the next open removes. */
    private void removeOrLeave(Segment segment) {
        try {
            remove(segment);
        } catch (IOException failed) {
            StorageException problem = trouble("removing segment " + segment, failed);
            if (problem.reach() != Reach.CALL) {
                throw problem;
            }
            parts.logger().log(Level.WARNING, problem.getMessage());
        }
    }

    /** Takes the segments off the list that lie wholly below an offset. */
    private Segment[] dropBelow(long offset) {
        structure.lock();
        try {
            startOffset = Math.max(startOffset, offset);
            if (offset == writerEnd().offset() && active.size() > 0) {
                begin(offset); // nothing of the active segment stays, so it goes like the others
            }
            Segment[] now = segments;
            int first = 0;
            while (first < now.length - 1 && now[first + 1].baseOffset() <= offset) {
                first++;
            }
            segments = Arrays.copyOfRange(now, first, now.length);
            return Arrays.copyOf(now, first);
        } finally {
            structure.unlock();
        }
    }

    /** The segments as they are when no truncation is under way. */
    private Segment[] settledSegments() {
        structure.lock();
        try {
            return segments;
        } finally {
            structure.unlock();
        }
    }

    // ---- sidecars

    @Override
    public void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {
        check();
        sidecars.put(kind, offset, content);
    }

    @Override
    public Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        check();
        try {
            return sidecars.latest(kind, atMost);
        } catch (IOException failed) {
            throw reads.unreadable("reading a sidecar of " + id, failed);
        }
    }

    @Override
    public void trimSidecars(SidecarKind kind, long offset) {
        check();
        try {
            sidecars.trim(kind, offset);
            namesChanged = true;
        } catch (IOException failed) {
            throw trouble("removing sidecars of " + id, failed);
        }
    }

    // ---- ending

    private void check() {
        StorageException why = unusable;
        if (why != null) {
            throw new StorageException(why.reach(), String.valueOf(why.getMessage()), why);
        }
        if (directory.failure().isPresent()) {
            directory.check();
        }
    }

    /**
     * What to throw for a failed call, of the reach that it has. If that is the log, it is out of
     * use from here on.
     */
    private StorageException trouble(String doing, IOException cause) {
        StorageException why = unusable;
        if (why != null) {
            // the files went with the log, which is no failure of its directory
            return new StorageException(why.reach(), String.valueOf(why.getMessage()), cause);
        }
        dropClosedFiles();
        StorageException problem = directory.trouble(doing, path, cause);
        if (problem.reach() == Reach.LOG) {
            fail(problem);
        }
        return problem;
    }

    /** The same for a change that was half made: what could pass otherwise is the log's end too. */
    private StorageException broken(String doing, IOException cause) {
        StorageException problem = trouble(doing, cause);
        if (problem.reach() != Reach.CALL) {
            return problem;
        }
        StorageException half =
                new StorageException(
                        Reach.LOG, problem.getMessage() + "; the change is half made", cause);
        fail(half);
        return half;
    }

    private synchronized void fail(StorageException problem) {
        if (unusable == null) {
            unusable = problem;
            parts.logger()
                    .log(
                            Level.ERROR,
                            "{0} is out of use until the broker starts again: {1}",
                            id,
                            problem.getMessage());
        }
    }

    private void dropClosedFiles() {
        for (Segment segment : segments) {
            segment.dropClosedFiles();
        }
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        try {
            if (unusable == null && directory.failure().isEmpty()) {
                closeCleanly();
            }
        } finally {
            end("is closed");
            closed.run();
        }
    }

    private void closeCleanly() {
        LogPosition last = sync();
        syncing.lock();
        try {
            if (changed) {
                active.seal();
                for (Segment segment : segments) {
                    segment.sync(segment.size(), true); // one may have been sealed since
                }
                DiskFiles.syncDirectory(path);
            }
            describe(segments, last, true);
            directory.closedCleanly(partition(), last.offset());
        } catch (IOException failed) {
            throw trouble("closing " + id, failed);
        } finally {
            syncing.unlock();
        }
    }

    /**
     * Ends it without closing cleanly, for its directory goes away. A sync that is under way ends
     * first: it would meet files that are not there any more.
     */
    void deleted() {
        deleted = true; // whoever waits for its turn to sync has nothing to do
        syncing.lock();
        try {
            end("was deleted");
        } finally {
            syncing.unlock();
        }
    }

    /** Ends it as the end of the process would: nothing is flushed, nothing is noted. */
    void abandon() {
        if (!ended) {
            end("was abandoned");
            closed.run();
        }
    }

    private synchronized void end(String how) {
        ended = true;
        unusable = new StorageException(Reach.LOG, id + " " + how);
        recent.restart(active, end().offset());
        for (Segment segment : segments) {
            segment.retire();
        }
    }
}
