package mortise.storage.memory;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import mortise.api.Clock;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
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
 * A partition's log on the heap. {@code content} is what it holds; changes replace it atomically,
 * readers take it once. Settings belong to the writer.
 */
final class MemoryPartitionLog implements PartitionLog {
    /** How many segments the whole budget has at least. */
    private static final int LEAST_SEGMENTS = 32;

    private final LogId id;
    private final MemoryLogStore store;
    private final MemoryBudget budget;
    private final Clock clock;
    private final MemorySidecars sidecars;
    private final AtomicReference<LogContent> content;
    private final MemoryCompaction compaction;

    /** Transactions that were aborted, by the offset of their marker. */
    private final NavigableMap<Long, AbortedTransaction> aborted;

    private volatile @Nullable String unusable;
    private LogSettings settings;

    private MemoryPartitionLog(
            LogId id,
            MemoryLogStore store,
            MemoryBudget budget,
            Clock clock,
            MemorySidecars sidecars,
            LogContent content,
            LogSettings settings) {
        this.id = id;
        this.store = store;
        this.budget = budget;
        this.clock = clock;
        this.sidecars = sidecars;
        this.content = new AtomicReference<>(content);
        this.aborted = sidecars.aborted();
        this.settings = settings;
        this.compaction = new MemoryCompaction(this);
    }

    /** An empty log. */
    static MemoryPartitionLog create(
            LogId id,
            MemoryLogStore store,
            MemoryBudget budget,
            Clock clock,
            LogSettings settings) {
        return new MemoryPartitionLog(
                id,
                store,
                budget,
                clock,
                new MemorySidecars(budget),
                LogContent.emptyAt(0),
                settings);
    }

    /** The same log opened again after it was closed. */
    MemoryPartitionLog reopened(LogSettings newSettings) {
        return new MemoryPartitionLog(
                id, store, budget, clock, sidecars, content.get(), newSettings);
    }

    LogId id() {
        return id;
    }

    boolean isClosed() {
        return unusable != null;
    }

    // ---- writing

    @Override
    public OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        check();
        LogContent now = content.get();
        MemorySegment active = now.active();
        if (active.count() == 0
                || (active.sizeInBytes() + bytes <= segmentBytes()
                        && !isTooOld(active, maxTimestamp, nowMillis))) {
            return OptionalLong.empty();
        }
        content.updateAndGet(LogContent::rolled);
        return OptionalLong.of(now.endOffset());
    }

    private long segmentBytes() {
        return Math.min(settings.segmentBytes(), budget.most() / LEAST_SEGMENTS);
    }

    private boolean isTooOld(MemorySegment active, long maxTimestamp, long nowMillis) {
        long age = settings.segmentAge().toMillis();
        long first = active.firstTimestamp();
        // a timestamp from before 1970 closes nothing, and its difference could overflow
        return (first >= 0 && maxTimestamp >= 0 && maxTimestamp - first > age)
                || nowMillis - active.begunAtMillis() > age;
    }

    @Override
    public LogPosition append(BatchSet batches) {
        check();
        checkOffsets(batches, content.get().endOffset());
        long charge = StoredBatch.charge(batches.count(), batches.sizeInBytes());
        if (!budget.take(charge)) {
            throw full(batches);
        }
        StoredBatch[] copies = StoredBatch.copiesOf(batches);
        for (int i = 0; i < batches.count(); i++) {
            AbortedTransaction transaction = batches.aborted(i);
            if (transaction != null) {
                aborted.put(transaction.lastOffset(), transaction);
            }
        }
        long nowMillis = clock.wallMillis();
        return content.updateAndGet(now -> now.plus(copies, nowMillis)).end();
    }

    private void checkOffsets(BatchSet batches, long logEnd) {
        long next = logEnd;
        for (int i = 0; i < batches.count(); i++) {
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
    }

    private StorageException full(BatchSet batches) {
        return new StorageException(
                Reach.CALL,
                "appending "
                        + batches.sizeInBytes()
                        + " bytes to "
                        + id
                        + ": the memory store is full, "
                        + budget.used()
                        + " of "
                        + budget.most()
                        + " bytes are taken; delete records or topics, let retention take more,"
                        + " or raise "
                        + MemoryStorageProvider.MAX_BYTES.name());
    }

    @Override
    public void configure(LogSettings changed) {
        settings = changed;
    }

    // ---- looking

    @Override
    public LogPosition end() {
        return content.get().end();
    }

    @Override
    public LogBounds bounds() {
        return content.get().bounds();
    }

    /** The end: there is nothing that a sync could make last longer. */
    @Override
    public LogPosition sync() {
        check();
        return end();
    }

    @Override
    public LogPosition durableEnd() {
        return end();
    }

    @Override
    public Optional<LogSlice> readRecent(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        LogContent now = content.get();
        return offset < now.startOffset() || offset > now.endOffset()
                ? Optional.empty()
                : Optional.of(slice(now, offset, upTo, maxBytes, wholeBatch));
    }

    @Override
    public LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        check();
        LogContent now = content.get();
        checkWithin(offset, now);
        return slice(now, offset, upTo, maxBytes, wholeBatch);
    }

    private static LogSlice slice(
            LogContent now, long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        MemorySegment segment = now.holding(offset);
        int first = segment.firstAtOrAfter(offset);
        int next = first;
        long most = maxBytes;
        long size = 0;
        while (next < segment.count()
                && segment.batch(next).baseOffset() < upTo.offset()
                && (size < most || (wholeBatch && next == first))) {
            size += segment.batch(next).sizeInBytes();
            if (wholeBatch && next == first) {
                most = Math.max(most, size);
            }
            next++;
        }
        int length = (int) Math.min(size, most);
        return length <= 0 ? MemorySlice.EMPTY : new MemorySlice(segment, first, length);
    }

    @Override
    public LogPosition position(long offset) {
        check();
        LogContent now = content.get();
        checkWithin(offset, now);
        MemorySegment segment = now.holding(offset);
        int index = segment.firstAtOrAfter(offset);
        if (index == segment.count()) {
            return now.end();
        }
        long border = Math.min(offset, segment.batch(index).baseOffset());
        return new LogPosition(border, border);
    }

    private void checkWithin(long offset, LogContent now) {
        if (offset < now.startOffset() || offset > now.endOffset()) {
            throw new OffsetOutOfRangeException(id, offset, now.bounds());
        }
    }

    @Override
    public Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        check();
        return content.get()
                .first(
                        segment -> segment.maxTimestamp() >= timestamp,
                        batch -> batch.maxTimestamp() >= timestamp)
                .map(StoredBatch::timestampPosition);
    }

    @Override
    public Optional<TimestampPosition> largestTimestamp() {
        check();
        LogContent now = content.get();
        long largest = Long.MIN_VALUE;
        for (MemorySegment segment : now.segments()) {
            for (int i = segment.firstAtOrAfter(now.startOffset()); i < segment.count(); i++) {
                largest = Math.max(largest, segment.batch(i).maxTimestamp());
            }
        }
        long wanted = largest;
        return now.first(segment -> true, batch -> batch.maxTimestamp() == wanted)
                .map(StoredBatch::timestampPosition);
    }

    @Override
    public List<AbortedTransaction> abortedTransactions(long from, long to) {
        check();
        return aborted.tailMap(from).values().stream()
                .filter(transaction -> transaction.firstOffset() < to)
                .toList();
    }

    @Override
    public void restoreAborted(long from, List<AbortedTransaction> transactions) {
        check();
        aborted.tailMap(from).clear();
        transactions.forEach(one -> aborted.put(one.lastOffset(), one));
    }

    @Override
    public long retainedFrom(RetentionLimits limits) {
        check();
        LogContent now = content.get();
        long left = now.sizeInBytes();
        long kept = now.startOffset();
        for (MemorySegment segment : now.segments()) {
            boolean tooMuch =
                    limits.maxBytes() >= 0 && left - segment.sizeInBytes() >= limits.maxBytes();
            if (segment.count() == 0
                    || segment.endOffset() > limits.ceiling()
                    || !(tooMuch || isExpired(segment, limits))) {
                break;
            }
            left -= segment.sizeInBytes();
            kept = Math.max(kept, segment.endOffset());
        }
        return kept;
    }

    private static boolean isExpired(MemorySegment segment, RetentionLimits limits) {
        if (limits.maxAgeMillis() < 0) {
            return false;
        }
        long newest = segment.maxTimestamp();
        if (newest < 0 || newest > limits.nowMillis()) {
            newest = segment.addedAtMillis(); // none, or a lie that would keep it for ever
        }
        return limits.nowMillis() - newest > limits.maxAgeMillis();
    }

    @Override
    public long sizeInBytes() {
        return content.get().sizeInBytes();
    }

    @Override
    public LogDirectory directory() {
        return store;
    }

    // ---- removing

    @Override
    public LogPosition truncateTo(long offset) {
        check();
        LogContent now = content.get();
        if (offset >= now.endOffset()) {
            return now.end();
        }
        checkWithin(offset, now);
        LogContent kept = shrink(before -> before.truncatedTo(offset));
        compaction.cutTo(kept.endOffset());
        aborted.tailMap(kept.endOffset()).clear();
        sidecars.truncate(kept.endOffset());
        return kept.end();
    }

    @Override
    public LogPosition reset(long offset) {
        check();
        if (offset < 0) {
            throw new IllegalArgumentException("resetting " + id + " to offset " + offset);
        }
        sidecars.clear();
        compaction.cutTo(offset);
        aborted.clear();
        return shrink(before -> LogContent.emptyAt(offset)).end();
    }

    @Override
    public void advanceStart(long offset) {
        check();
        LogContent now = content.get();
        if (offset > now.startOffset()) {
            checkWithin(offset, now);
            shrink(before -> before.startingAt(offset));
            aborted.headMap(offset).clear();
        }
    }

    @Override
    public Optional<LogCompaction> compaction() {
        return Optional.of(compaction);
    }

    /** What it holds now. */
    LogContent content() {
        check();
        return content.get();
    }

    /** The marker of a transaction is gone, if that was one. */
    void dropped(StoredBatch batch) {
        aborted.subMap(batch.baseOffset(), true, batch.lastOffset(), true).clear();
    }

    /** Puts one segment in the place of several; false if they are not there any more. */
    boolean replace(List<MemorySegment> replaced, MemorySegment by) {
        while (true) {
            LogContent before = content.get();
            LogContent after = before.with(replaced, by);
            if (after == null) {
                return false;
            }
            if (content.compareAndSet(before, after)) {
                budget.giveBack(before.charge() - after.charge());
                sidecars.dropBetween(by.baseOffset(), by.endOffset());
                return true;
            }
        }
    }

    private LogContent shrink(UnaryOperator<LogContent> step) {
        while (true) {
            LogContent before = content.get();
            LogContent after = step.apply(before);
            if (content.compareAndSet(before, after)) {
                budget.giveBack(before.charge() - after.charge());
                return after;
            }
        }
    }

    // ---- sidecars

    @Override
    public void putSidecar(SidecarKind kind, long offset, ByteBuffer lent) {
        check();
        sidecars.put(kind, offset, lent);
    }

    @Override
    public Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        check();
        return sidecars.latest(kind, atMost);
    }

    @Override
    public void trimSidecars(SidecarKind kind, long offset) {
        check();
        sidecars.trim(kind, offset);
    }

    // ---- ending

    private void check() {
        String why = unusable;
        if (why != null) {
            throw new StorageException(Reach.LOG, id + " " + why);
        }
    }

    /** Ends the use of it; the store keeps what it holds. */
    @Override
    public void close() {
        if (unusable == null) {
            unusable = "is closed";
        }
    }

    /** Ends it for good and gives everything back; slices stay readable. */
    void drop(String how) {
        unusable = how;
        sidecars.clear();
        aborted.clear();
        shrink(before -> LogContent.emptyAt(before.endOffset()));
    }
}
