package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.TimestampPosition;

/**
 * A partition's log as the segment files of one directory. Each concern is a class of its own; this
 * one puts them together. Who may touch what stands in {@code docs/storage.md}.
 *
 * <p>Appending takes no lock. {@link LogSync#lock} is held by whoever makes things durable, and by
 * truncation; {@link LogExtent#structure} by whoever changes the list of segments. Order: the
 * former before the latter.
 */
final class LogBody {
    private final LogContext log;
    private final LogExtent extent;
    private final LogHealth health;
    private final LogNames names;
    private final LogInventory inventory;
    private final Sidecars sidecars;
    private final LogSync sync;
    private final LogAppender appender;
    private final LogSearch search;
    private final LogReader reader;
    private final LogStart start;
    private final LogTruncation truncation;

    private final LocalCompaction compaction;
    private final LogRepair repair;
    private final int firstOrdinal;

    /**
     * @param namesUnsynced whether the names of its files may not be durable
     * @param checkpointLater has its recovery point written before long
     */
    LogBody(
            LogContext log,
            LogLoader.Loaded loaded,
            boolean namesUnsynced,
            Runnable checkpointLater)
            throws IOException {
        this.log = log;
        this.firstOrdinal = loaded.segments().getFirst().ordinal();
        this.extent = new LogExtent(log, loaded);
        this.health = new LogHealth(log, extent);
        this.sidecars = new Sidecars(log.path(), log.parts().logger(), loaded);
        this.names = new LogNames(log, namesUnsynced, namesUnsynced || sidecars.removed());
        this.inventory = new LogInventory(log, loaded);
        this.sync = new LogSync(log, extent, health, names, inventory, sidecars, checkpointLater);
        this.appender = new LogAppender(log, extent, health, names, sync);
        this.search = new LogSearch(log, extent, health);
        this.reader = new LogReader(log, extent, health, inventory, search);
        this.start = new LogStart(log, extent, health, names, inventory, sync);
        this.compaction = new LocalCompaction(log, extent, health, inventory, sidecars, sync);
        this.repair = new LogRepair(log, extent, health, appender, search, sync, compaction);
        this.truncation = new LogTruncation(log, extent, health, names, inventory, sidecars, sync);
        if (namesUnsynced || !loaded.durable()) {
            extent.change();
        }
    }

    // ---- writing

    OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        return appender.rollIfNeeded(bytes, maxTimestamp, nowMillis);
    }

    LogPosition append(BatchSet batches) {
        return appender.append(batches);
    }

    void configure(LogSettings changedSettings) {
        log.configure(changedSettings);
    }

    LogSettings settings() {
        return log.settings();
    }

    // ---- looking

    LogPosition end() {
        return extent.end();
    }

    LogPosition durableEnd() {
        return extent.durableEnd();
    }

    LogBounds bounds() {
        return extent.bounds();
    }

    Optional<LogSlice> readRecent(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        if (isOlder(upTo)) {
            return Optional.empty(); // finding where it lies here may wait for the disk
        }
        return reader.readRecent(offset, upTo, maxBytes, wholeBatch);
    }

    LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return reader.read(offset, isOlder(upTo) ? here(upTo) : upTo, maxBytes, wholeBatch);
    }

    LogSlice readHeaders(long offset, LogPosition upTo, int maxBytes) {
        return reader.readHeaders(offset, isOlder(upTo) ? here(upTo) : upTo, maxBytes);
    }

    /** Whether a position is of a body that this one has taken the place of. */
    private boolean isOlder(LogPosition position) {
        return Tokens.ordinal(position.token()) < firstOrdinal;
    }

    /** Where such a position lies here: its offset tells. */
    private LogPosition here(LogPosition older) {
        LogBounds bounds = extent.bounds();
        return reader.position(
                Math.clamp(older.offset(), bounds.startOffset(), bounds.endOffset()));
    }

    LogPosition position(long offset) {
        return reader.position(offset);
    }

    Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        health.check();
        return search.byTimestamp(timestamp, extent.start(), extent.end());
    }

    Optional<TimestampPosition> largestTimestamp() {
        health.check();
        return search.largestTimestamp(extent.start(), extent.end());
    }

    List<AbortedTransaction> abortedTransactions(long from, long to) {
        health.check();
        return search.aborted(from, to);
    }

    long abortedKnownTo() {
        return Math.min(extent.abortedKnownTo(), extent.end().offset());
    }

    void restoreAborted(long from, List<AbortedTransaction> transactions) {
        health.check();
        if (appender.restoreAborted(from, transactions)) {
            sync.sync(); // before a recovery point can say that nothing is unsure
        }
        extent.abortedAreKnown();
    }

    long retainedFrom(RetentionLimits limits) {
        health.check();
        // before any segment is looked at: what is appended meanwhile is beyond it
        long last = extent.end().offset();
        Long kept =
                search.search(
                        "finding what to retain", all -> RetainedSegments.begin(all, last, limits));
        return Math.max(extent.start(), kept == null ? 0 : kept);
    }

    long sizeInBytes() {
        return extent.sizeInBytes();
    }

    LogDirectory directory() {
        return log.directory();
    }

    // ---- what is missing

    List<MissingRecords> missing() {
        return inventory.missing();
    }

    /** How many offsets are missing. */
    long missingOffsets() {
        return inventory.missingOffsets();
    }

    List<MissingRecords> acceptLoss() {
        return start.acceptLoss();
    }

    void giveUp(List<MissingRecords> damaged) {
        repair.giveUp(damaged);
    }

    // ---- making durable

    LogPosition sync() {
        return sync.sync();
    }

    /** Makes the names durable of what a recovery found; its bytes are so already. */
    void syncAfterRecovery() throws IOException {
        names.syncAll();
    }

    /** Says what is missing, and writes a manifest for a log that had none or a damaged one. */
    void describeAfterOpening() {
        inventory.tellMissing();
        sync.describeAfterOpening();
    }

    /** Hands the directory the offset below which everything is durable. */
    void noteRecoveryPoint() {
        sync.noteRecoveryPoint();
    }

    // ---- removing

    LogPosition truncateTo(long offset) {
        return truncation.truncateTo(offset, search);
    }

    LogPosition reset(long offset) {
        return truncation.reset(offset);
    }

    void advanceStart(long offset) {
        start.advance(offset);
    }

    LogCompaction compaction() {
        return compaction;
    }

    // ---- sidecars

    void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {
        health.check();
        sidecars.put(kind, offset, content);
    }

    Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        health.check();
        try {
            return sidecars.latest(kind, atMost);
        } catch (IOException failed) {
            throw search.unreadable("reading a sidecar of " + log.id(), failed);
        }
    }

    void trimSidecars(SidecarKind kind, long offset) {
        health.check();
        try {
            sidecars.trim(kind, offset);
            names.change();
        } catch (IOException failed) {
            throw health.trouble("removing sidecars of " + log.id(), failed);
        }
    }

    /** Drops all of them; the next sync makes that durable. */
    void forgetSidecars() {
        try {
            sidecars.clear();
            names.change();
        } catch (IOException failed) {
            throw health.trouble("removing sidecars of " + log.id(), failed);
        }
    }

    // ---- ending

    /** Syncs and closes, so that the next open need not recover. */
    void close() {
        if (health.hasEnded()) {
            return;
        }
        try {
            if (health.isUsable()) {
                sync.closeCleanly();
            }
        } finally {
            health.end("is closed");
        }
    }

    boolean hasEnded() {
        return health.hasEnded();
    }

    /** Ends it without closing cleanly, for its directory goes away. */
    void deleted() {
        sync.endDeleted("was deleted");
    }

    /** Ends it because another one has taken its place. */
    void replaced() {
        sync.endDeleted("was moved to another log directory");
    }

    /** Ends it for nobody can tell any more whether it is the log: the next start can. */
    void givenUp(StorageException why) {
        health.broken(why);
    }

    /** Ends it as the end of the process would: nothing is flushed, nothing is noted. */
    void abandon() {
        health.end("was abandoned");
    }

    // ---- moving

    LogContext context() {
        return log;
    }

    /** Held while its names change: no sync meets files that are not where they were. */
    ReentrantLock syncLock() {
        return sync.lock();
    }

    /** Larger than the ordinal of every segment that it ever had. */
    int nextOrdinal() {
        Segment[] segments = extent.settledSegments();
        return segments[segments.length - 1].ordinal() + 1;
    }
}
