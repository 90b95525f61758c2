package mortise.broker.partition;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import mortise.record.RecordBatch;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.FileRange;
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
import mortise.spi.storage.TimestampPosition;
import mortise.spi.storage.UnreadableDataException;
import org.jspecify.annotations.Nullable;

/**
 * A log on the heap that does what a test tells it: fail, be cold, forget what was not synced. Its
 * methods are synchronized, so that stress tests may use it from many threads.
 */
public final class HeapLog implements PartitionLog {
    private final LogId id;
    private final LogDirectory directory;
    private final TreeMap<Long, byte[]> batches = new TreeMap<>();
    private final Map<SidecarKind, NavigableMap<Long, byte[]>> sidecars = noSidecars();
    private byte @Nullable [] epochs;
    private final TreeMap<Long, AbortedTransaction> aborted = new TreeMap<>();
    private final TreeMap<Long, AbortedTransaction> durableAborted = new TreeMap<>();
    private long start;
    private long end;
    private long durable;
    private final Map<SidecarKind, NavigableMap<Long, byte[]>> durableSidecars = noSidecars();
    private byte @Nullable [] durableEpochs;
    private LogSettings settings;
    private int segmentBytes;

    /** Offsets below this are not in the recent window. */
    public long recentFrom;

    /** Thrown by the next append, once. */
    public @Nullable StorageException failAppend;

    /** Awaited by every append, as if the disk stood still. */
    public volatile @Nullable CountDownLatch holdAppends;

    /** Thrown by every sync. */
    public @Nullable StorageException failSync;

    /** Thrown by every move of the start. */
    public @Nullable StorageException failAdvance;

    /** Thrown by the next sidecar, once. */
    public @Nullable RuntimeException failSidecar;

    /** Thrown by every read. */
    public @Nullable StorageException failRead;

    /** Offsets whose bytes are damaged: from the first to before the second. */
    public long damagedFrom;

    public long damagedTo;

    /** What the log should hold and does not. */
    public List<MissingRecords> missing = List.of();

    /** What retention would keep from. */
    public long retainFrom;

    /** Thrown by every look for what to retain. */
    public @Nullable Error failRetain;

    public int appends;
    public int syncs;
    public int openSlices;
    public boolean closed;
    public @Nullable Thread inAppend;

    HeapLog(LogId id, LogDirectory directory, LogSettings settings) {
        this.id = id;
        this.directory = directory;
        this.settings = settings;
    }

    /** Forgets what was not synced, as a crash of the machine may. */
    synchronized void crash() {
        batches.tailMap(durable, true).clear();
        end = Math.max(start, durable); // the start survives what lay before it
        kill();
        sidecars.values().forEach(kept -> kept.tailMap(end, false).clear());
    }

    /** Forgets the sidecars that were not synced, as the end of the process does; no batch. */
    synchronized void kill() {
        copy(durableSidecars, sidecars);
        epochs = durableEpochs;
        aborted.clear();
        aborted.putAll(durableAborted);
        closed = false;
    }

    private static Map<SidecarKind, NavigableMap<Long, byte[]>> noSidecars() {
        return Map.of(
                SidecarKind.PRODUCER_STATE, new TreeMap<>(),
                SidecarKind.PRODUCER_BATCHES, new TreeMap<>());
    }

    private static void copy(
            Map<SidecarKind, NavigableMap<Long, byte[]>> from,
            Map<SidecarKind, NavigableMap<Long, byte[]>> to) {
        to.forEach((kind, sidecars) -> {
            sidecars.clear();
            sidecars.putAll(from.get(kind));
        });
    }

    @Override
    public synchronized OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        if (segmentBytes > 0 && (long) segmentBytes + bytes > settings.segmentBytes()) {
            segmentBytes = 0;
            return OptionalLong.of(end);
        }
        return OptionalLong.empty();
    }

    @Override
    public LogPosition append(BatchSet set) {
        Thread other = inAppend;
        if (other != null) {
            throw new AssertionError("two writers: " + other + " and " + Thread.currentThread());
        }
        inAppend = Thread.currentThread();
        try {
            CountDownLatch held = holdAppends;
            if (held != null) {
                held.await();
            }
            return appended(set);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        } finally {
            inAppend = null;
        }
    }

    private synchronized LogPosition appended(BatchSet set) {
        StorageException failure = failAppend;
        if (failure != null) {
            failAppend = null;
            throw failure;
        }
        if (closed) {
            throw new IllegalStateException(id + " is closed");
        }
        appends++;
        for (int i = 0; i < set.count(); i++) {
            ByteBuffer buffer = set.buffer(i);
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            RecordBatch batch = RecordBatch.of(ByteBuffer.wrap(bytes));
            if (set.baseOffset(i) < end
                    || batch.baseOffset() != set.baseOffset(i)
                    || batch.lastOffset() != set.lastOffset(i)
                    || batch.leaderEpoch() != set.leaderEpoch(i)
                    || !batch.isCrcValid()) {
                throw new AssertionError("batch " + batch + " does not belong at " + end);
            }
            batches.put(batch.baseOffset(), bytes);
            AbortedTransaction transaction = set.aborted(i);
            if (transaction != null) {
                aborted.put(transaction.lastOffset(), transaction);
            }
            end = batch.nextOffset();
            segmentBytes += bytes.length;
        }
        return end();
    }

    @Override
    public synchronized LogPosition end() {
        return new LogPosition(end, end);
    }

    @Override
    public synchronized LogBounds bounds() {
        return new LogBounds(start, end);
    }

    @Override
    public synchronized LogPosition sync() {
        if (failSync != null) {
            throw failSync;
        }
        syncs++;
        durable = end;
        copy(sidecars, durableSidecars);
        durableEpochs = epochs;
        durableAborted.clear();
        durableAborted.putAll(aborted);
        return end();
    }

    @Override
    public synchronized LogPosition durableEnd() {
        return new LogPosition(durable, durable);
    }

    @Override
    public synchronized Optional<LogSlice> readRecent(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return offset < recentFrom
                ? Optional.empty()
                : Optional.of(read(offset, upTo, maxBytes, wholeBatch));
    }

    @Override
    public synchronized LogSlice read(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        if (failRead != null) {
            throw failRead;
        }
        if (offset < start || offset > end) {
            throw new OffsetOutOfRangeException(id, offset, bounds());
        }
        if (offset >= damagedFrom && offset < damagedTo) {
            throw new UnreadableDataException(
                    true, "no batch header at offset " + damagedFrom, new IOException("damaged"));
        }
        for (MissingRecords range : missing) {
            if (offset < range.to() && offset >= range.from()) {
                throw new StorageException(StorageException.Reach.CALL, range + " is missing");
            }
        }
        List<byte[]> taken = new ArrayList<>();
        int bytes = 0;
        for (byte[] batch : batches.values()) {
            RecordBatch view = RecordBatch.of(ByteBuffer.wrap(batch));
            if (view.lastOffset() < offset) {
                continue;
            }
            if (view.baseOffset() >= upTo.offset()
                    || (bytes + batch.length > maxBytes && !(wholeBatch && taken.isEmpty()))) {
                break;
            }
            long base = view.baseOffset();
            if ((base >= damagedFrom && base < damagedTo) || isMissing(base)) {
                break;
            }
            taken.add(batch);
            bytes += batch.length;
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        taken.forEach(all::put);
        openSlices++;
        return new HeapSlice(all.flip());
    }

    private boolean isMissing(long offset) {
        return missing.stream().anyMatch(range -> range.from() <= offset && offset < range.to());
    }

    private final class HeapSlice implements LogSlice {
        private final ByteBuffer bytes;
        private boolean open = true;

        HeapSlice(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        @Override
        public int sizeInBytes() {
            return bytes.limit();
        }

        @Override
        public Optional<FileRange> fileRange() {
            return Optional.empty();
        }

        @Override
        public int copyTo(int position, ByteBuffer target) {
            int length = Math.min(target.remaining(), bytes.limit() - position);
            target.put(bytes.slice(position, length));
            return length;
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                synchronized (HeapLog.this) {
                    openSlices--;
                }
            }
        }
    }

    @Override
    public List<MissingRecords> missing() {
        return missing;
    }

    @Override
    public synchronized List<AbortedTransaction> abortedTransactions(long from, long to) {
        if (failRead != null) {
            throw failRead;
        }
        return aborted.tailMap(from).values().stream()
                .filter(one -> one.firstOffset() < to)
                .toList();
    }

    @Override
    public synchronized long abortedKnownTo() {
        return durable;
    }

    @Override
    public synchronized void restoreAborted(long from, List<AbortedTransaction> transactions) {
        aborted.tailMap(from).clear();
        transactions.forEach(one -> aborted.put(one.lastOffset(), one));
    }

    @Override
    public synchronized LogPosition position(long offset) {
        return new LogPosition(offset, offset);
    }

    @Override
    public synchronized Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        return batches.values().stream()
                .map(bytes -> RecordBatch.of(ByteBuffer.wrap(bytes)))
                .filter(batch -> batch.lastOffset() >= start && batch.maxTimestamp() >= timestamp)
                .findFirst()
                .map(HeapLog::position);
    }

    @Override
    public synchronized Optional<TimestampPosition> largestTimestamp() {
        RecordBatch best = null;
        for (byte[] bytes : batches.values()) {
            RecordBatch batch = RecordBatch.of(ByteBuffer.wrap(bytes));
            if (best == null || batch.maxTimestamp() > best.maxTimestamp()) {
                best = batch;
            }
        }
        return Optional.ofNullable(best).map(HeapLog::position);
    }

    private static TimestampPosition position(RecordBatch batch) {
        return new TimestampPosition(
                batch.baseOffset(), batch.lastOffset(), batch.maxTimestamp(), batch.leaderEpoch());
    }

    @Override
    public synchronized LogPosition truncateTo(long offset) {
        batches.tailMap(offset, true).clear();
        end = Math.min(end, offset);
        sidecars.values().forEach(kept -> kept.tailMap(end, false).clear());
        return end();
    }

    @Override
    public synchronized LogPosition reset(long offset) {
        batches.clear();
        sidecars.values().forEach(NavigableMap::clear);
        durableSidecars.values().forEach(NavigableMap::clear);
        start = offset;
        end = offset;
        return end();
    }

    @Override
    public synchronized void advanceStart(long offset) {
        if (failAdvance != null) {
            throw failAdvance;
        }
        start = Math.max(start, offset);
        batches.values()
                .removeIf(bytes -> RecordBatch.of(ByteBuffer.wrap(bytes)).lastOffset() < start);
    }

    @Override
    public long retainedFrom(RetentionLimits limits) {
        if (failRetain != null) {
            throw failRetain;
        }
        return Math.min(retainFrom, limits.ceiling());
    }

    @Override
    public synchronized void configure(LogSettings changed) {
        settings = changed;
    }

    @Override
    public synchronized void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {
        RuntimeException failure = failSidecar;
        if (failure != null) {
            failSidecar = null;
            throw failure;
        }
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        switch (kind) {
            case PRODUCER_STATE, PRODUCER_BATCHES -> sidecars.get(kind).put(offset, bytes);
            case LEADER_EPOCHS -> epochs = bytes;
        }
    }

    @Override
    public synchronized Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        return switch (kind) {
            case PRODUCER_STATE, PRODUCER_BATCHES ->
                    Optional.ofNullable(sidecars.get(kind).floorEntry(atMost))
                            .map(entry ->
                                    new Sidecar(
                                            kind,
                                            entry.getKey(),
                                            ByteBuffer.wrap(entry.getValue())));
            case LEADER_EPOCHS ->
                    Optional.ofNullable(epochs)
                            .map(bytes -> new Sidecar(kind, 0, ByteBuffer.wrap(bytes)));
        };
    }

    /** The offset after the batch that begins at an offset. */
    public synchronized long offsetAfterBatchAt(long offset) {
        return RecordBatch.of(ByteBuffer.wrap(batches.get(offset))).nextOffset();
    }

    /** Spoils the latest sidecar of a kind. */
    synchronized void damageLatest(SidecarKind kind) {
        byte[] bytes = sidecars.get(kind).lastEntry().getValue();
        bytes[bytes.length - 1] ^= 1;
    }

    /** Removes the sidecars of a kind from an offset on. */
    synchronized void removeFrom(SidecarKind kind, long offset) {
        sidecars.get(kind).tailMap(offset, true).clear();
        durableSidecars.get(kind).tailMap(offset, true).clear();
    }

    synchronized List<Long> offsets(SidecarKind kind) {
        return List.copyOf(sidecars.get(kind).keySet());
    }

    @Override
    public synchronized void trimSidecars(SidecarKind kind, long offset) {
        Long kept = sidecars.get(kind).lowerKey(offset);
        if (kept != null) {
            sidecars.get(kind).headMap(kept, false).clear();
        }
    }

    @Override
    public synchronized long sizeInBytes() {
        return batches.values().stream().mapToLong(bytes -> bytes.length).sum();
    }

    @Override
    public LogDirectory directory() {
        return directory;
    }

    @Override
    public synchronized void close() {
        if (failSync == null) {
            sync();
        }
        closed = true;
    }

    void reopen() {
        closed = false;
    }
}
