package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import mortise.spi.storage.AbortedTransaction;
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
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.TimestampPosition;

/**
 * A partition's log as segment files. Each concern is a class of its own; this one puts them
 * together. Who may touch what stands in {@code docs/storage.md}.
 *
 * <p>Appending takes no lock. {@link LogSync#lock} is held by whoever makes things durable, and by
 * truncation; {@link LogExtent#structure} by whoever changes the list of segments. Order: the
 * former before the latter.
 */
final class LocalPartitionLog implements PartitionLog {
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
    private final Runnable closed;

    /**
     * @param namesUnsynced whether the names of its files may not be durable
     * @param checkpointLater has its recovery point written before long
     * @param closed runs once it is closed or abandoned
     */
    LocalPartitionLog(
            LogContext log,
            LogLoader.Loaded loaded,
            boolean namesUnsynced,
            Runnable checkpointLater,
            Runnable closed)
            throws IOException {
        this.log = log;
        this.closed = closed;
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
        this.compaction = new LocalCompaction(log, extent, health, inventory, sync);
        this.truncation = new LogTruncation(log, extent, health, names, inventory, sidecars, sync);
        if (namesUnsynced || !loaded.durable()) {
            extent.change();
        }
    }

    // ---- writing

    @Override
    public OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        return appender.rollIfNeeded(bytes, maxTimestamp, nowMillis);
    }

    @Override
    public LogPosition append(BatchSet batches) {
        return appender.append(batches);
    }

    @Override
    public void configure(LogSettings changedSettings) {
        log.configure(changedSettings);
    }

    LogSettings settings() {
        return log.settings();
    }

    // ---- looking

    @Override
    public LogPosition end() {
        return extent.end();
    }

    @Override
    public LogPosition durableEnd() {
        return extent.durableEnd();
    }

    @Override
    public LogBounds bounds() {
        return extent.bounds();
    }

    @Override
    public Optional<LogSlice> readRecent(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return reader.readRecent(offset, upTo, maxBytes, wholeBatch);
    }

    @Override
    public LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return reader.read(offset, upTo, maxBytes, wholeBatch);
    }

    @Override
    public LogPosition position(long offset) {
        return reader.position(offset);
    }

    @Override
    public Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        health.check();
        return search.byTimestamp(timestamp, extent.start(), extent.end());
    }

    @Override
    public Optional<TimestampPosition> largestTimestamp() {
        health.check();
        return search.largestTimestamp(extent.start(), extent.end());
    }

    @Override
    public List<AbortedTransaction> abortedTransactions(long from, long to) {
        health.check();
        return search.aborted(from, to);
    }

    @Override
    public long retainedFrom(RetentionLimits limits) {
        health.check();
        // before any segment is looked at: what is appended meanwhile is beyond it
        long last = extent.end().offset();
        Long kept =
                search.search(
                        "finding what to retain", all -> RetainedSegments.begin(all, last, limits));
        return Math.max(extent.start(), kept == null ? 0 : kept);
    }

    @Override
    public long sizeInBytes() {
        return extent.sizeInBytes();
    }

    @Override
    public LogDirectory directory() {
        return log.directory();
    }

    // ---- what is missing

    @Override
    public List<MissingRecords> missing() {
        return inventory.missing();
    }

    /** How many offsets are missing. */
    long missingOffsets() {
        return inventory.missingOffsets();
    }

    @Override
    public List<MissingRecords> acceptLoss() {
        return start.acceptLoss();
    }

    // ---- making durable

    @Override
    public LogPosition sync() {
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

    @Override
    public LogPosition truncateTo(long offset) {
        return truncation.truncateTo(offset, search);
    }

    @Override
    public LogPosition reset(long offset) {
        return truncation.reset(offset);
    }

    @Override
    public void advanceStart(long offset) {
        start.advance(offset);
    }

    @Override
    public Optional<LogCompaction> compaction() {
        return Optional.of(compaction);
    }

    // ---- sidecars

    @Override
    public void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {
        health.check();
        sidecars.put(kind, offset, content);
    }

    @Override
    public Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        health.check();
        try {
            return sidecars.latest(kind, atMost);
        } catch (IOException failed) {
            throw search.unreadable("reading a sidecar of " + log.id(), failed);
        }
    }

    @Override
    public void trimSidecars(SidecarKind kind, long offset) {
        health.check();
        try {
            sidecars.trim(kind, offset);
            names.change();
        } catch (IOException failed) {
            throw health.trouble("removing sidecars of " + log.id(), failed);
        }
    }

    // ---- ending

    @Override
    public void close() {
        if (health.hasEnded()) {
            return;
        }
        try {
            if (health.isUsable()) {
                sync.closeCleanly();
            }
        } finally {
            health.end("is closed");
            closed.run();
        }
    }

    /** Ends it without closing cleanly, for its directory goes away. */
    void deleted() {
        sync.endDeleted();
    }

    /** Ends it as the end of the process would: nothing is flushed, nothing is noted. */
    void abandon() {
        if (!health.hasEnded()) {
            health.end("was abandoned");
            closed.run();
        }
    }
}
