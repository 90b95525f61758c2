package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchRewriter;
import mortise.spi.storage.LogSettings;
import org.jspecify.annotations.Nullable;

/**
 * A segment in the making, in files of its own that nobody reads until they take the place of
 * others. Confined to one thread.
 */
final class RewrittenSegment {
    /** In the order in which they take their places. */
    private static final List<String> SUFFIXES =
            List.of(
                    LogFiles.LOG,
                    LogFiles.OFFSET_INDEX,
                    LogFiles.TIME_INDEX,
                    LogFiles.TRANSACTION_INDEX);

    private static final int WRITE_BYTES = 1 << 18;

    private final StoreParts parts;
    private final Path directory;
    private final LogSettings settings;
    private final long baseOffset;
    private final SegmentIndexes indexes;
    private final IndexBuilder builder;
    private final TransactionIndex aborted;
    private final ByteBuffer pending = ByteBuffer.allocateDirect(WRITE_BYTES);
    private ByteBuffer batch = ByteBuffer.allocate(1 << 16);
    private @Nullable FileChannel channel;
    private int bytes;

    RewrittenSegment(StoreParts parts, Path directory, LogSettings settings, long baseOffset) {
        this.parts = parts;
        this.directory = directory;
        this.settings = settings;
        this.baseOffset = baseOffset;
        this.indexes = SegmentIndexes.aside(parts, directory, baseOffset);
        this.builder = new IndexBuilder(indexes, baseOffset);
        this.aborted =
                TransactionIndex.none(
                        new CachedFile(
                                aside(directory, baseOffset, LogFiles.TRANSACTION_INDEX),
                                parts.openFiles()),
                        baseOffset);
    }

    /** Where a file of a segment lies while it is not its own yet. */
    static Path aside(Path directory, long baseOffset, String suffix) {
        return directory.resolve(LogFiles.name(baseOffset, suffix) + LogFiles.CLEANED);
    }

    /** How many bytes it has. */
    int bytes() {
        return bytes;
    }

    /**
     * Passes the batches of a segment to a rewriter and writes what is left.
     *
     * @throws CorruptFileException if the headers of the batches do not lead from one to the next
     */
    void add(Segment segment, BatchRewriter rewriter) throws IOException {
        add(segment, 0, segment.size(), rewriter);
    }

    /** The same with the batches from one border up to another. */
    void add(Segment segment, int begin, int limit, BatchRewriter rewriter) throws IOException {
        List<AbortedTransaction> markers = new ArrayList<>();
        segment.aborted().find(0, Long.MAX_VALUE, markers);
        OpenFile open = segment.file().useToRead();
        if (open == null) {
            throw new RemovedWhileReadException(segment.file());
        }
        ByteBuffer scratch = parts.scratch().borrow();
        try {
            BatchWalk walk = new BatchWalk(open.channel(), scratch, begin, limit);
            while (walk.next()) {
                ByteBuffer whole = read(open.channel(), walk, segment);
                ByteBuffer left = rewriter.rewrite(whole);
                if (left != null) {
                    write(left);
                    keepMarked(markers, walk.baseOffset(), walk.lastOffset());
                }
            }
            if (walk.nextPosition() < limit) {
                throw new CorruptFileException("segment " + segment + ": " + walk.problem());
            }
        } finally {
            parts.scratch().release(scratch);
            open.release();
        }
    }

    /** A transaction is told of as long as its marker is there. */
    private void keepMarked(List<AbortedTransaction> markers, long from, long to) {
        for (AbortedTransaction transaction : markers) {
            if (transaction.lastOffset() >= from && transaction.lastOffset() <= to) {
                aborted.add(transaction);
            }
        }
    }

    private ByteBuffer read(FileChannel from, BatchWalk walk, Segment segment) throws IOException {
        if (batch.capacity() < walk.size()) {
            batch = ByteBuffer.allocate(Math.max(walk.size(), 2 * batch.capacity()));
        }
        batch.clear().limit(walk.size());
        DiskFiles.readFully(from, batch, walk.position());
        batch.flip();
        if (batch.limit() < walk.size()) {
            throw new CorruptFileException(
                    "segment " + segment + " ends within the batch at " + walk.position());
        }
        return batch.slice();
    }

    private void write(ByteBuffer left) throws IOException {
        int interval = settings.indexIntervalBytes();
        int size = left.remaining();
        builder.makeRoom(1, size, interval);
        builder.note(
                BatchHeader.lastOffset(left, left.position()),
                bytes,
                size,
                BatchHeader.maxTimestamp(left, left.position()),
                interval);
        bytes = Math.addExact(bytes, size);
        if (size > pending.remaining()) {
            flush();
        }
        if (size > pending.remaining()) {
            writeFully(left);
        } else {
            pending.put(left);
        }
    }

    private void flush() throws IOException {
        writeFully(pending.flip());
        pending.clear();
    }

    private void writeFully(ByteBuffer from) throws IOException {
        FileChannel to = channel();
        while (from.hasRemaining()) {
            to.write(from);
        }
    }

    private FileChannel channel() throws IOException {
        FileChannel now = channel;
        if (now == null) {
            now =
                    FileChannel.open(
                            aside(directory, baseOffset, LogFiles.LOG),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE);
            channel = now;
        }
        return now;
    }

    /** Makes all of it durable, names included. */
    void finish() throws IOException {
        flush();
        DiskFiles.forceNew(channel());
        builder.finish();
        indexes.offsets().sync();
        indexes.times().sync();
        aborted.sync();
        if (Files.exists(
                directory.resolve(LogFiles.name(baseOffset, LogFiles.TRANSACTION_INDEX)))) {
            // an empty one takes its place too: a transaction whose marker is gone must not be told
            aborted.createFile();
        }
        closeFiles();
        DiskFiles.syncDirectory(directory);
    }

    private void closeFiles() throws IOException {
        FileChannel now = channel;
        channel = null;
        if (now != null) {
            now.close();
        }
        indexes.offsets().file().retire();
        indexes.times().file().retire();
        aborted.file().retire();
    }

    /** Takes the names of the segment whose place it takes. */
    void takePlace() throws IOException {
        takePlace(directory, baseOffset);
    }

    /** The same for one that an earlier process finished. */
    static void takePlace(Path directory, long baseOffset) throws IOException {
        for (String suffix : SUFFIXES) {
            Path aside = aside(directory, baseOffset, suffix);
            try {
                Files.move(
                        aside,
                        directory.resolve(LogFiles.name(baseOffset, suffix)),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } catch (NoSuchFileException done) {
                // by whoever was interrupted by the crash
            }
        }
    }

    /** Removes what did not take its place. */
    void discard() {
        try {
            closeFiles();
            for (String suffix : SUFFIXES) {
                Files.deleteIfExists(aside(directory, baseOffset, suffix));
            }
        } catch (IOException left) {
            parts.logger()
                    .log(
                            System.Logger.Level.WARNING,
                            "removing what is left of a compaction in {0}: {1}; it is tried again when the broker next starts",
                            directory,
                            left);
        }
    }
}
