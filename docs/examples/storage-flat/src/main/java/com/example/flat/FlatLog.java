package com.example.flat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import mortise.record.RecordBatch;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.TimestampPosition;
import mortise.spi.storage.UnreadableDataException;

/**
 * A log as one file of record batches, with a list of them in memory that opening rebuilds. Every
 * method takes the one lock, except that {@link #sync} waits for the disk without it.
 */
final class FlatLog implements PartitionLog {
    /** What the start file says between the two steps of a reset; a crash there finishes it. */
    private static final String RESET = "empty ";

    /** A batch and where it is in the file. */
    private record Entry(TimestampPosition batch, long position, int size) {
        long nextOffset() {
            return batch.lastOffset() + 1;
        }

    }

    private final FlatStore store;
    private final LogId id;
    private final Path file;
    private final FileChannel channel;
    private final long maxBytes;
    private final List<Entry> entries = new ArrayList<>();
    private long start;
    private long fileEnd;
    private LogPosition durableEnd;
    private boolean failed;

    private FlatLog(FlatStore store, LogId id, Path file, FileChannel channel, long maxBytes) {
        this.store = store;
        this.id = id;
        this.file = file;
        this.channel = channel;
        this.maxBytes = maxBytes;
    }

    /** Opens the file and reads what is whole of it; the rest is cut off. */
    static FlatLog open(FlatStore store, LogId id, Path file, long maxBytes) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        FlatLog log = new FlatLog(store, id, file, channel, maxBytes);
        log.recover();
        return log;
    }

    /** Where the first offset that may be read is kept, once it is not 0. */
    static Path startFile(Path file) {
        return file.resolveSibling(file.getFileName() + ".start");
    }

    private void recover() throws IOException {
        try {
            String text = Files.readString(startFile(file));
            start = Long.parseLong(text.substring(text.indexOf(' ') + 1));
            if (text.startsWith(RESET)) {
                channel.truncate(0);
                channel.force(true);
                writeStart(Long.toString(start));
            }
        } catch (NoSuchFileException fromTheBeginning) {
            start = 0;
        }
        long size = channel.size();
        while (true) {
            RecordBatch batch = wholeBatchAt(fileEnd, size);
            if (batch == null) {
                break;
            }
            add(
                    new TimestampPosition(
                            batch.baseOffset(),
                            batch.lastOffset(),
                            batch.maxTimestamp(),
                            batch.leaderEpoch()),
                    batch.sizeInBytes());
        }
        entries.removeIf(entry -> entry.nextOffset() <= start);
        channel.truncate(fileEnd);
        channel.force(true);
        durableEnd = end();
    }

    private RecordBatch wholeBatchAt(long position, long size) throws IOException {
        if (size - position < RecordBatch.HEADER_BYTES) {
            return null;
        }
        ByteBuffer header = read(position, RecordBatch.HEADER_BYTES);
        long length = RecordBatch.sizeAt(header, 0);
        if (length < RecordBatch.HEADER_BYTES || length > size - position) {
            return null;
        }
        RecordBatch batch = RecordBatch.of(read(position, (int) length));
        boolean follows = entries.isEmpty() || batch.baseOffset() >= entries.getLast().nextOffset();
        return batch.isCrcValid() && follows ? batch : null;
    }

    private ByteBuffer read(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException(file + " ends before " + (position + length));
            }
        }
        return bytes.flip();
    }

    private void add(TimestampPosition batch, int size) {
        entries.add(new Entry(batch, fileEnd, size));
        fileEnd += size;
    }

    /** There is only one file, so nothing rolls. */
    @Override
    public OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        return OptionalLong.empty();
    }

    @Override
    public synchronized LogPosition append(BatchSet batches) {
        requireWorking();
        long end = end().offset();
        for (int i = 0; i < batches.count(); i++) {
            if (batches.baseOffset(i) < end) {
                throw new IllegalArgumentException(
                        "offset " + batches.baseOffset(i) + " of " + id + " is below " + end);
            }
            end = batches.lastOffset(i) + 1;
        }
        if (fileEnd + batches.sizeInBytes() > maxBytes) {
            throw new StorageException(
                    StorageException.Reach.CALL,
                    id
                            + " has "
                            + fileEnd
                            + " bytes and may have "
                            + maxBytes
                            + "; raise storage.flat.max-log-bytes");
        }
        write(batches);
        for (int i = 0; i < batches.count(); i++) {
            add(
                    new TimestampPosition(
                            batches.baseOffset(i),
                            batches.lastOffset(i),
                            batches.maxTimestamp(i),
                            batches.leaderEpoch(i)),
                    batches.buffer(i).remaining());
        }
        return end();
    }

    private void write(BatchSet batches) {
        long at = fileEnd;
        try {
            for (int i = 0; i < batches.count(); i++) {
                ByteBuffer bytes = batches.buffer(i).duplicate(); // lent: only until we return
                while (bytes.hasRemaining()) {
                    at += channel.write(bytes, at);
                }
            }
        } catch (IOException refused) {
            takeBack(refused);
            throw new StorageException(
                    StorageException.Reach.CALL,
                    "appending to " + file + " of " + id + ": " + refused.getMessage(),
                    refused);
        }
    }

    /** All or nothing: part of a batch must never be seen. */
    private void takeBack(IOException refused) {
        try {
            channel.truncate(fileEnd);
        } catch (IOException worse) {
            failed = true;
            refused.addSuppressed(worse);
        }
    }

    private void requireWorking() {
        if (failed) {
            throw new StorageException(
                    StorageException.Reach.LOG,
                    id + " failed before; start the broker again to recover it");
        }
    }

    @Override
    public synchronized LogPosition end() {
        long offset = entries.isEmpty() ? start : Math.max(start, entries.getLast().nextOffset());
        return new LogPosition(offset, fileEnd);
    }

    @Override
    public synchronized LogBounds bounds() {
        return new LogBounds(start, end().offset());
    }

    @Override
    public LogPosition sync() {
        LogPosition reached;
        synchronized (this) {
            requireWorking();
            reached = end();
        }
        try {
            channel.force(true);
        } catch (IOException lost) {
            synchronized (this) {
                failed = true; // nobody knows what the disk has
            }
            throw new StorageException(
                    StorageException.Reach.LOG, "syncing " + file + " of " + id, lost);
        }
        synchronized (this) {
            LogPosition end = end();
            LogPosition durable = reached.offset() < end.offset() ? reached : end;
            if (durable.offset() > durableEnd.offset()) {
                durableEnd = durable;
            }
            return durableEnd;
        }
    }

    @Override
    public synchronized LogPosition durableEnd() {
        return durableEnd;
    }

    /** Copies the bytes, so that nothing that happens to the file can take them away. */
    @Override
    public synchronized LogSlice read(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        int first = indexOf(offset);
        long until = Math.min(upTo.token(), fileEnd);
        if (first == entries.size() || entries.get(first).position() >= until) {
            return new HeapSlice(ByteBuffer.allocate(0));
        }
        Entry entry = entries.get(first);
        long wanted = wholeBatch ? Math.max(maxBytes, entry.size()) : maxBytes;
        int length = (int) Math.min(wanted, until - entry.position());
        try {
            return new HeapSlice(read(entry.position(), length));
        } catch (IOException failure) {
            throw new UnreadableDataException(
                    false, "reading " + file + " of " + id + ": " + failure, failure);
        }
    }

    /** Which entry holds the offset, or comes next. */
    private int indexOf(long offset) {
        if (offset < start || offset > end().offset()) {
            throw new OffsetOutOfRangeException(id, offset, bounds());
        }
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).batch().lastOffset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Bytes on the heap. */
    private record HeapSlice(ByteBuffer bytes) implements LogSlice {
        @Override
        public int sizeInBytes() {
            return bytes.remaining();
        }

        @Override
        public Optional<FileRange> fileRange() {
            return Optional.empty();
        }

        @Override
        public int copyTo(int position, ByteBuffer target) {
            int length = Math.min(target.remaining(), bytes.remaining() - position);
            target.put(bytes.slice(position, length));
            return length;
        }

        @Override
        public void close() {}
    }

    @Override
    public synchronized LogPosition position(long offset) {
        int index = indexOf(offset);
        if (index == entries.size()) {
            return end();
        }
        Entry entry = entries.get(index);
        return new LogPosition(entry.batch().baseOffset(), entry.position());
    }

    @Override
    public synchronized Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        return entries.stream()
                .map(Entry::batch)
                .filter(batch -> batch.maxTimestamp() >= timestamp)
                .findFirst();
    }

    @Override
    public synchronized Optional<TimestampPosition> largestTimestamp() {
        return entries.stream()
                .map(Entry::batch)
                .max(Comparator.comparingLong(TimestampPosition::maxTimestamp));
    }

    @Override
    public synchronized LogPosition truncateTo(long offset) {
        requireWorking();
        while (!entries.isEmpty() && entries.getLast().batch().lastOffset() >= offset) {
            fileEnd = entries.removeLast().position();
        }
        cut();
        return end();
    }

    @Override
    public synchronized LogPosition reset(long offset) {
        requireWorking();
        writeStart(RESET + offset);
        entries.clear();
        fileEnd = 0;
        start = offset;
        cut();
        writeStart(Long.toString(offset));
        durableEnd = end();
        return durableEnd;
    }

    /** At once and durably: what was cut off must not come back behind what is written next. */
    private void cut() {
        try {
            channel.truncate(fileEnd);
            channel.force(true);
        } catch (IOException failure) {
            failed = true;
            throw new StorageException(
                    StorageException.Reach.LOG, "truncating " + file + " of " + id, failure);
        }
        durableEnd = end();
    }

    @Override
    public synchronized void advanceStart(long offset) {
        requireWorking();
        if (offset > start) {
            moveStart(offset);
        }
    }

    private void moveStart(long offset) {
        writeStart(Long.toString(offset));
        start = offset;
        entries.removeIf(entry -> entry.nextOffset() <= offset);
        if (durableEnd.offset() < offset) {
            // what is below the start cannot be lost any more; what is above was not synced
            long position = entries.isEmpty() ? fileEnd : entries.getFirst().position();
            durableEnd = new LogPosition(offset, position);
        }
    }

    /** Replaces the start file, whole and durably. */
    private void writeStart(String text) {
        Path target = startFile(file);
        Path next = target.resolveSibling(target.getFileName() + ".new");
        try {
            try (FileChannel out =
                    FileChannel.open(
                            next,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(
                    next,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            store.forceNames();
        } catch (IOException failure) {
            throw new StorageException(
                    StorageException.Reach.CALL,
                    "writing " + target + " of " + id + ": " + failure.getMessage(),
                    failure);
        }
    }

    /** The layout does not depend on any of it. */
    @Override
    public void configure(LogSettings settings) {}

    @Override
    public synchronized long sizeInBytes() {
        return entries.stream().mapToLong(Entry::size).sum();
    }

    @Override
    public LogDirectory directory() {
        return store;
    }

    @Override
    public void close() {
        store.closed(id);
        try {
            if (channel.isOpen()) {
                channel.force(true);
                channel.close();
            }
        } catch (IOException failure) {
            throw new StorageException(
                    StorageException.Reach.LOG, "closing " + file + " of " + id, failure);
        }
    }
}
