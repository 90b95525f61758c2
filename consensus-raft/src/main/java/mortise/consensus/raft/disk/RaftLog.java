package mortise.consensus.raft.disk;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import mortise.consensus.raft.core.Entry;
import mortise.consensus.raft.disk.FrameRead.Broken;
import mortise.consensus.raft.disk.FrameRead.End;
import mortise.consensus.raft.disk.FrameRead.Whole;
import mortise.consensus.raft.storage.AppendRefusedException;
import mortise.consensus.raft.storage.EntryVisitor;
import mortise.consensus.raft.storage.LogGrowth;

/**
 * The log on disk: segments of which the last is written to. Entries up to the last index are
 * durable, always. Confined to whoever appends.
 */
final class RaftLog implements AutoCloseable {
    private static final long ENTRY_BODY = Long.BYTES + Long.BYTES + Integer.BYTES;

    private final Path directory;
    private final int nodeId;
    private final long segmentBytes;
    private final List<Segment> segments;
    private final FrameWriter frames = new FrameWriter();
    private FileChannel active;
    private long end;
    private long lastIndex;
    private int lastTerm;
    private long markedIndex;
    private LogGrowth growth;

    private RaftLog(
            Path directory,
            int nodeId,
            long segmentBytes,
            List<Segment> segments,
            FileChannel active,
            LogScan.Result scanned) {
        this.directory = directory;
        this.nodeId = nodeId;
        this.segmentBytes = segmentBytes;
        this.segments = segments;
        this.active = active;
        this.end = scanned.end();
        this.lastIndex = scanned.lastIndex();
        this.lastTerm = scanned.lastTerm();
        this.growth = new LogGrowth(scanned.entriesAfter(), scanned.bytesAfter());
    }

    /** Makes the first segment of a new log. Durable at return. */
    static void format(Path directory, int nodeId) throws IOException {
        create(directory, nodeId, 1, 0);
    }

    /**
     * Opens a log, cuts off a torn tail and makes the rest durable: after a process that was killed
     * it may be in the page cache only.
     *
     * @param found at least one segment
     * @param claim the last entry that is known to have been durable
     * @param snapshotIndex after which the growth is counted
     */
    static RaftLog open(
            Path directory,
            int nodeId,
            long segmentBytes,
            List<Segment> found,
            long claim,
            long snapshotIndex,
            Logger logger)
            throws IOException {
        List<Segment> segments = new ArrayList<>(found);
        segments.sort(Comparator.comparingLong(Segment::baseIndex));
        LogScan.Result scanned = new LogScan(nodeId, claim, snapshotIndex).read(segments);
        for (LogScan.Cut cut : scanned.cuts()) {
            cut(cut, logger);
        }
        FileChannel active =
                FileChannel.open(
                        segments.getLast().file(),
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            active.force(true);
        } catch (IOException failed) {
            active.close();
            throw failed;
        }
        return new RaftLog(directory, nodeId, segmentBytes, segments, active, scanned);
    }

    private static void cut(LogScan.Cut cut, Logger logger) throws IOException {
        try (FileChannel channel =
                FileChannel.open(cut.segment().file(), StandardOpenOption.WRITE)) {
            Broken reason = cut.reason();
            logger.log(
                    Level.WARNING,
                    "recovering the quorum's log: "
                            + cut.segment().name()
                            + " at byte "
                            + cut.end()
                            + ": expected "
                            + reason.expected()
                            + ", found "
                            + reason.found()
                            + "; nothing from there on was acknowledged, cutting off "
                            + (channel.size() - cut.end())
                            + " bytes");
            channel.truncate(cut.end());
            channel.force(true);
        }
    }

    /** The first entry that is or will be in the log. */
    long firstIndex() {
        return segments.getFirst().baseIndex();
    }

    /** The last entry; the one before the first if there is none. */
    long lastIndex() {
        return lastIndex;
    }

    /** The last entry's term. */
    int lastTerm() {
        return lastTerm;
    }

    LogGrowth growth() {
        return growth;
    }

    /** Counts growth from here. */
    void resetGrowth() {
        growth = LogGrowth.NONE;
    }

    /**
     * Appends entries and forces them.
     *
     * @throws AppendRefusedException if they are not in the log, which is as it was before
     */
    void append(List<Entry> entries) throws IOException {
        long size = 0;
        for (Entry entry : entries) {
            size += sizeOf(entry);
        }
        if (end + size > segmentBytes && lastIndex >= segments.getLast().baseIndex()) {
            roll();
        }
        frames.startAt(end);
        for (Entry entry : entries) {
            frames.begin(FrameKind.ENTRY, ENTRY_BODY + FrameWriter.sizeOfRecords(entry.records()))
                    .put(lastIndex)
                    .put(entry.index())
                    .put(entry.term())
                    .putRecords(entry.records())
                    .end();
        }
        try {
            DurableFiles.write(active, frames.gathered(), end);
        } catch (IOException failed) {
            takeBack(failed);
        }
        active.force(false);
        end += frames.size();
        lastIndex = entries.getLast().index();
        lastTerm = entries.getLast().term();
        growth = new LogGrowth(growth.entries() + entries.size(), growth.bytes() + size);
    }

    private static long sizeOf(Entry entry) {
        return FrameWriter.OVERHEAD + 1 + ENTRY_BODY + FrameWriter.sizeOfRecords(entry.records());
    }

    /** Removes what a failed write left, durably: a refused entry must never come back. */
    private void takeBack(IOException failed) throws IOException {
        try {
            active.truncate(end);
            active.force(true);
        } catch (IOException again) {
            failed.addSuppressed(again);
            throw failed;
        }
        throw new AppendRefusedException(
                "appending to the quorum's log "
                        + segments.getLast().file()
                        + " failed: "
                        + failed.getMessage(),
                failed);
    }

    /** Begins the next segment; everything before it is durable. */
    private void roll() throws IOException {
        Segment next = Segment.in(directory, lastIndex + 1);
        FileChannel channel;
        try {
            create(directory, nodeId, lastIndex + 1, lastTerm);
            channel =
                    FileChannel.open(
                            next.file(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException failed) {
            try {
                DurableFiles.delete(next.file());
            } catch (IOException again) {
                failed.addSuppressed(again);
                throw failed;
            }
            throw new AppendRefusedException(
                    "beginning the segment "
                            + next.file()
                            + " of the quorum's log failed: "
                            + failed.getMessage(),
                    failed);
        }
        active.close();
        active = channel;
        segments.add(next);
        end = Segment.START;
        markedIndex = lastIndex;
    }

    private static void create(Path directory, int nodeId, long baseIndex, int previousTerm)
            throws IOException {
        Segment segment = Segment.in(directory, baseIndex);
        FrameWriter head =
                new FrameWriter()
                        .startAt(0)
                        .header(FileKind.SEGMENT, nodeId)
                        .begin(FrameKind.SEGMENT, Long.BYTES + Integer.BYTES)
                        .put(baseIndex)
                        .put(previousTerm)
                        .end();
        DurableFiles.replace(
                segment.file(), channel -> DurableFiles.write(channel, head.gathered(), 0));
    }

    /**
     * Writes a mark that says how far the log is durable, without a force. It is evidence only: the
     * log is as good if this fails.
     */
    void mark() throws IOException {
        if (markedIndex == lastIndex) {
            return;
        }
        frames.startAt(end).begin(FrameKind.MARK, Long.BYTES).put(lastIndex).end();
        DurableFiles.write(active, frames.gathered(), end);
        end += frames.size();
        markedIndex = lastIndex;
    }

    /** Shows the entries after {@code afterIndex} up to and with {@code upTo}. */
    void replay(long afterIndex, long upTo, EntryVisitor visitor) throws IOException {
        for (int i = 0; i < segments.size(); i++) {
            boolean last = i + 1 == segments.size();
            long segmentEnd = last ? lastIndex : segments.get(i + 1).baseIndex() - 1;
            if (segmentEnd > afterIndex && segments.get(i).baseIndex() <= upTo) {
                replay(segments.get(i), afterIndex, Math.min(upTo, segmentEnd), visitor);
            }
        }
    }

    private void replay(Segment segment, long afterIndex, long upTo, EntryVisitor visitor)
            throws IOException {
        try (FrameReader reader = FrameReader.open(segment.file(), FileKind.SEGMENT, nodeId)) {
            reader.expect(FrameKind.SEGMENT);
            long seen = segment.baseIndex() - 1;
            while (seen < upTo) {
                switch (reader.next()) {
                    case Whole whole when whole.kind() == FrameKind.MARK.code() -> {}
                    case Whole whole -> {
                        Entry entry = entry(reader, whole);
                        seen = entry.index();
                        if (seen > afterIndex) {
                            visitor.visit(entry);
                        }
                    }
                    case Broken broken -> throw reader.damaged(broken);
                    case End atEnd ->
                            throw reader.damaged(
                                    atEnd.position(), "entry " + (seen + 1), "the end");
                }
            }
        }
    }

    private static Entry entry(FrameReader reader, Whole whole) {
        LogScan.requireEntry(reader, whole);
        FrameBody body = whole.body();
        body.takeLong();
        Entry entry = new Entry(body.takeLong(), body.takeInt(), body.takeRecords());
        body.end();
        return entry;
    }

    /** Deletes the segments that hold entries up to {@code index} only, oldest first. */
    void dropThrough(long index) throws IOException {
        while (segments.size() > 1 && segments.get(1).baseIndex() <= index + 1) {
            DurableFiles.delete(segments.getFirst().file());
            segments.removeFirst();
        }
    }

    @Override
    public void close() throws IOException {
        active.close();
    }
}
