package mortise.tck.storage;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.TimestampPosition;
import org.jspecify.annotations.Nullable;

/** A log that passes every call on through an {@link Interception}. */
class InterceptedLog implements PartitionLog {
    private final LogId id;
    private final PartitionLog log;
    private final Interception interception;

    InterceptedLog(LogId id, PartitionLog log, Interception interception) {
        this.id = id;
        this.log = log;
        this.interception = interception;
    }

    static Supplier<@Nullable Void> nothing(Runnable action) {
        return () -> {
            action.run();
            return null;
        };
    }

    private <T extends @Nullable Object> T around(StorageCall call, Supplier<T> action) {
        return interception.around(call, id, action);
    }

    /** Puts a wrapper around a slice that the log has lent; none unless overridden. */
    LogSlice lent(LogSlice slice) {
        return slice;
    }

    @Override
    public final OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        return around(
                StorageCall.ROLL_IF_NEEDED, () -> log.rollIfNeeded(bytes, maxTimestamp, nowMillis));
    }

    @Override
    public final LogPosition append(BatchSet batches) {
        return around(StorageCall.APPEND, () -> log.append(batches));
    }

    @Override
    public final LogPosition end() {
        return around(StorageCall.END, log::end);
    }

    @Override
    public final LogBounds bounds() {
        return around(StorageCall.BOUNDS, log::bounds);
    }

    @Override
    public final LogPosition sync() {
        return around(StorageCall.SYNC, log::sync);
    }

    @Override
    public final LogPosition durableEnd() {
        return around(StorageCall.DURABLE_END, log::durableEnd);
    }

    @Override
    public final Optional<LogSlice> readRecent(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return around(
                StorageCall.READ_RECENT,
                () -> log.readRecent(offset, upTo, maxBytes, wholeBatch).map(this::lent));
    }

    @Override
    public final LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return around(StorageCall.READ, () -> lent(log.read(offset, upTo, maxBytes, wholeBatch)));
    }

    @Override
    public final LogSlice readHeaders(long offset, LogPosition upTo, int maxBytes) {
        return around(StorageCall.READ, () -> lent(log.readHeaders(offset, upTo, maxBytes)));
    }

    @Override
    public final LogPosition position(long offset) {
        return around(StorageCall.POSITION, () -> log.position(offset));
    }

    @Override
    public final Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        return around(StorageCall.OFFSET_AT_OR_AFTER, () -> log.offsetAtOrAfter(timestamp));
    }

    @Override
    public final Optional<TimestampPosition> largestTimestamp() {
        return around(StorageCall.LARGEST_TIMESTAMP, log::largestTimestamp);
    }

    @Override
    public final LogPosition truncateTo(long offset) {
        return around(StorageCall.TRUNCATE_TO, () -> log.truncateTo(offset));
    }

    @Override
    public final LogPosition reset(long offset) {
        return around(StorageCall.RESET, () -> log.reset(offset));
    }

    @Override
    public final void advanceStart(long offset) {
        around(StorageCall.ADVANCE_START, nothing(() -> log.advanceStart(offset)));
    }

    @Override
    public final long retainedFrom(RetentionLimits limits) {
        return around(StorageCall.RETAINED_FROM, () -> log.retainedFrom(limits));
    }

    @Override
    public final void configure(LogSettings settings) {
        around(StorageCall.CONFIGURE, nothing(() -> log.configure(settings)));
    }

    @Override
    public final void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {
        around(StorageCall.PUT_SIDECAR, nothing(() -> log.putSidecar(kind, offset, content)));
    }

    @Override
    public final Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        return around(StorageCall.LATEST_SIDECAR, () -> log.latestSidecar(kind, atMost));
    }

    @Override
    public final List<MissingRecords> missing() {
        return around(StorageCall.MISSING, log::missing);
    }

    @Override
    public final List<MissingRecords> acceptLoss() {
        return around(StorageCall.ACCEPT_LOSS, log::acceptLoss);
    }

    @Override
    public final boolean giveUp(List<MissingRecords> damaged) {
        return around(StorageCall.GIVE_UP, () -> log.giveUp(damaged));
    }

    @Override
    public final List<AbortedTransaction> abortedTransactions(long from, long to) {
        return around(StorageCall.ABORTED_TRANSACTIONS, () -> log.abortedTransactions(from, to));
    }

    @Override
    public final long abortedKnownTo() {
        return around(StorageCall.ABORTED_KNOWN_TO, log::abortedKnownTo);
    }

    @Override
    public final void restoreAborted(long from, List<AbortedTransaction> transactions) {
        around(StorageCall.RESTORE_ABORTED, nothing(() -> log.restoreAborted(from, transactions)));
    }

    @Override
    public final Optional<LogCompaction> compaction() {
        return around(StorageCall.COMPACTION, log::compaction)
                .map(compaction -> new InterceptedCompaction(id, compaction, interception));
    }

    @Override
    public final void trimSidecars(SidecarKind kind, long offset) {
        around(StorageCall.TRIM_SIDECARS, nothing(() -> log.trimSidecars(kind, offset)));
    }

    @Override
    public final long sizeInBytes() {
        return around(StorageCall.SIZE_IN_BYTES, log::sizeInBytes);
    }

    @Override
    public final LogDirectory directory() {
        return around(StorageCall.DIRECTORY, log::directory);
    }

    @Override
    public final void close() {
        around(StorageCall.CLOSE_LOG, nothing(log::close));
    }
}
