package mortise.storage.local;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchRewriter;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.SealedSegment;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.spi.storage.TimestampPosition;

/**
 * A partition's log, wherever it lies: its {@link LogBody}, which another one takes the place of
 * when the log has moved to another directory. Whoever holds the log need not know.
 *
 * <p>While the body changes the writer stands still. What only looks goes on with the old one; what
 * of it fails, because files are not where they were, is done again with the new one.
 */
final class LocalPartitionLog implements PartitionLog {
    private final Runnable closed;

    /** Held while the body changes; taken before the locks of either. */
    private final ReentrantLock switching = new ReentrantLock();

    /** Held while segments are rewritten, which is not to meet a change of the body. */
    private final ReentrantLock rewriting = new ReentrantLock();

    private volatile LogBody body;

    /**
     * @param closed runs once it is closed or abandoned
     */
    LocalPartitionLog(LogBody body, Runnable closed) {
        this.body = body;
        this.closed = closed;
    }

    // ---- moving

    /** Makes a body for a log whose writer stands still. */
    interface Replacement {
        /**
         * The body in the place of another.
         *
         * @throws StorageException if the old body goes on, or was given up
         */
        LogBody of(LogBody old);
    }

    /**
     * Puts another body in the place of this one's.
     *
     * @throws StorageException of reach {@code CALL} also while segments are rewritten
     */
    void replaceBody(Replacement replacement) {
        if (!rewriting.tryLock()) {
            throw new StorageException(
                    Reach.CALL,
                    body.context().id() + " is being compacted; it is moved afterwards");
        }
        switching.lock();
        try {
            LogBody old = body;
            LogBody now;
            old.syncLock().lock();
            try {
                now = replacement.of(old);
                body = now;
            } finally {
                old.syncLock().unlock();
            }
            old.replaced();
        } finally {
            switching.unlock();
            rewriting.unlock();
        }
    }

    /** The body, once no change of it is under way. */
    private LogBody settled() {
        switching.lock();
        try {
            return body;
        } finally {
            switching.unlock();
        }
    }

    /** Looks, and looks again if the log moved meanwhile. */
    private <T> T look(Function<LogBody, T> looking) {
        LogBody used = body;
        while (true) {
            try {
                return looking.apply(used);
            } catch (StorageException refused) {
                LogBody now = settled();
                if (now == used) {
                    throw refused;
                }
                used = now;
            }
        }
    }

    // ---- writing

    @Override
    public OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        return body.rollIfNeeded(bytes, maxTimestamp, nowMillis);
    }

    @Override
    public LogPosition append(BatchSet batches) {
        return body.append(batches);
    }

    @Override
    public void configure(LogSettings changedSettings) {
        body.configure(changedSettings);
    }

    LogSettings settings() {
        return body.settings();
    }

    // ---- looking

    @Override
    public LogPosition end() {
        return body.end();
    }

    @Override
    public LogPosition durableEnd() {
        return body.durableEnd();
    }

    @Override
    public LogBounds bounds() {
        return body.bounds();
    }

    @Override
    public Optional<LogSlice> readRecent(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return body.readRecent(offset, upTo, maxBytes, wholeBatch);
    }

    @Override
    public LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return look(now -> now.read(offset, upTo, maxBytes, wholeBatch));
    }

    @Override
    public LogSlice readHeaders(long offset, LogPosition upTo, int maxBytes) {
        return look(now -> now.readHeaders(offset, upTo, maxBytes));
    }

    @Override
    public LogPosition position(long offset) {
        return look(now -> now.position(offset));
    }

    @Override
    public Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        return look(now -> now.offsetAtOrAfter(timestamp));
    }

    @Override
    public Optional<TimestampPosition> largestTimestamp() {
        return look(LogBody::largestTimestamp);
    }

    @Override
    public List<AbortedTransaction> abortedTransactions(long from, long to) {
        return look(now -> now.abortedTransactions(from, to));
    }

    @Override
    public long abortedKnownTo() {
        return body.abortedKnownTo();
    }

    @Override
    public void restoreAborted(long from, List<AbortedTransaction> transactions) {
        body.restoreAborted(from, transactions);
    }

    @Override
    public long retainedFrom(RetentionLimits limits) {
        return look(now -> now.retainedFrom(limits));
    }

    @Override
    public long sizeInBytes() {
        return body.sizeInBytes();
    }

    @Override
    public LogDirectory directory() {
        return body.directory();
    }

    // ---- what is missing

    @Override
    public List<MissingRecords> missing() {
        return body.missing();
    }

    /** How many offsets are missing. */
    long missingOffsets() {
        return body.missingOffsets();
    }

    @Override
    public List<MissingRecords> acceptLoss() {
        return body.acceptLoss();
    }

    @Override
    public boolean giveUp(List<MissingRecords> damaged) {
        body.giveUp(damaged);
        return true;
    }

    // ---- making durable

    @Override
    public LogPosition sync() {
        while (true) {
            LogBody used = body;
            LogPosition durable = look(LogBody::sync);
            if (used == body) {
                return durable;
            }
        }
    }

    /** Hands the directory the offset below which everything is durable. */
    void noteRecoveryPoint() {
        body.noteRecoveryPoint();
    }

    // ---- removing

    @Override
    public LogPosition truncateTo(long offset) {
        return body.truncateTo(offset);
    }

    @Override
    public LogPosition reset(long offset) {
        return body.reset(offset);
    }

    @Override
    public void advanceStart(long offset) {
        body.advanceStart(offset);
    }

    @Override
    public Optional<LogCompaction> compaction() {
        return Optional.of(new Compaction(body));
    }

    // ---- sidecars

    @Override
    public void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {
        body.putSidecar(kind, offset, content);
    }

    @Override
    public Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        return look(now -> now.latestSidecar(kind, atMost));
    }

    @Override
    public void trimSidecars(SidecarKind kind, long offset) {
        body.trimSidecars(kind, offset);
    }

    /** Drops all of them. */
    void forgetSidecars() {
        body.forgetSidecars();
    }

    // ---- ending

    @Override
    public void close() {
        LogBody last = body;
        if (!last.hasEnded()) {
            try {
                last.close();
            } finally {
                closed.run();
            }
        }
    }

    /** Ends it without closing cleanly, for its directory goes away. */
    void deleted() {
        body.deleted();
    }

    /** Ends it as the end of the process would: nothing is flushed, nothing is noted. */
    void abandon() {
        LogBody last = body;
        if (!last.hasEnded()) {
            last.abandon();
            closed.run();
        }
    }

    /**
     * Compaction of one body: what it did, or noted, to that is nothing that a later one knows of.
     */
    private final class Compaction implements LogCompaction {
        private final LogBody compacted;

        Compaction(LogBody compacted) {
            this.compacted = compacted;
        }

        @Override
        public List<SealedSegment> sealed() {
            return compacted == body ? look(now -> now.compaction().sealed()) : List.of();
        }

        @Override
        public long compactedTo() {
            return compacted.compaction().compactedTo();
        }

        @Override
        public void noteCompactedTo(long offset) {
            rewriting.lock();
            try {
                if (compacted == body) {
                    compacted.compaction().noteCompactedTo(offset);
                }
            } finally {
                rewriting.unlock();
            }
        }

        @Override
        public Optional<SealedSegment> rewrite(
                List<SealedSegment> segments, BatchRewriter rewriter) {
            rewriting.lock();
            try {
                return compacted == body
                        ? compacted.compaction().rewrite(segments, rewriter)
                        : Optional.empty();
            } finally {
                rewriting.unlock();
            }
        }
    }
}
