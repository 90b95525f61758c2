package mortise.broker.plugin;

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
import mortise.spi.storage.StorageException;
import mortise.spi.storage.TimestampPosition;

/**
 * A log of a storage plugin, with its calls counted and the plugin's name in its failures. What
 * only reads a field of the log is passed through. Slices are passed through too: they are read
 * where no exception can be told from another.
 */
final class MeteredLog implements PartitionLog {
    private final PartitionLog log;
    private final PluginActivity activity;

    MeteredLog(PartitionLog log, PluginActivity activity) {
        this.log = log;
        this.activity = activity;
    }

    /** Whatever the contract does not allow fails this log. */
    private RuntimeException failed(String call, Throwable failure) {
        return StorageFailure.of(activity, call, failure, StorageException.Reach.LOG);
    }

    @Override
    public OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.rollIfNeeded(bytes, maxTimestamp, nowMillis);
        } catch (RuntimeException | Error failure) {
            throw failed("rollIfNeeded", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public LogPosition append(BatchSet batches) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.append(batches);
        } catch (RuntimeException | Error failure) {
            throw failed("append", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public LogPosition end() {
        return log.end();
    }

    @Override
    public LogBounds bounds() {
        return log.bounds();
    }

    @Override
    public LogPosition sync() {
        return activity.call("sync", () -> log.sync(), this::failed);
    }

    @Override
    public LogPosition durableEnd() {
        return log.durableEnd();
    }

    @Override
    public Optional<LogSlice> readRecent(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.readRecent(offset, upTo, maxBytes, wholeBatch);
        } catch (RuntimeException | Error failure) {
            throw failed("readRecent", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        return activity.call(
                "read", () -> log.read(offset, upTo, maxBytes, wholeBatch), this::failed);
    }

    @Override
    public LogSlice readHeaders(long offset, LogPosition upTo, int maxBytes) {
        return activity.call(
                "readHeaders", () -> log.readHeaders(offset, upTo, maxBytes), this::failed);
    }

    @Override
    public LogPosition position(long offset) {
        return activity.call("position", () -> log.position(offset), this::failed);
    }

    @Override
    public Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        return activity.call("offsetAtOrAfter", () -> log.offsetAtOrAfter(timestamp), this::failed);
    }

    @Override
    public Optional<TimestampPosition> largestTimestamp() {
        return activity.call("largestTimestamp", () -> log.largestTimestamp(), this::failed);
    }

    @Override
    public LogPosition truncateTo(long offset) {
        return activity.call("truncateTo", () -> log.truncateTo(offset), this::failed);
    }

    @Override
    public LogPosition reset(long offset) {
        return activity.call("reset", () -> log.reset(offset), this::failed);
    }

    @Override
    public void advanceStart(long offset) {
        activity.run("advanceStart", () -> log.advanceStart(offset), this::failed);
    }

    @Override
    public long retainedFrom(RetentionLimits limits) {
        return activity.call("retainedFrom", () -> log.retainedFrom(limits), this::failed);
    }

    @Override
    public void configure(LogSettings settings) {
        activity.run("configure", () -> log.configure(settings), this::failed);
    }

    @Override
    public void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {
        activity.run("putSidecar", () -> log.putSidecar(kind, offset, content), this::failed);
    }

    @Override
    public Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        return activity.call("latestSidecar", () -> log.latestSidecar(kind, atMost), this::failed);
    }

    @Override
    public void trimSidecars(SidecarKind kind, long offset) {
        activity.run("trimSidecars", () -> log.trimSidecars(kind, offset), this::failed);
    }

    @Override
    public List<MissingRecords> missing() {
        return log.missing();
    }

    @Override
    public List<MissingRecords> acceptLoss() {
        return activity.call("acceptLoss", () -> log.acceptLoss(), this::failed);
    }

    @Override
    public boolean giveUp(List<MissingRecords> damaged) {
        return activity.call("giveUp", () -> log.giveUp(damaged), this::failed);
    }

    @Override
    public List<AbortedTransaction> abortedTransactions(long from, long to) {
        return activity.call(
                "abortedTransactions", () -> log.abortedTransactions(from, to), this::failed);
    }

    @Override
    public long abortedKnownTo() {
        return activity.call("abortedKnownTo", () -> log.abortedKnownTo(), this::failed);
    }

    @Override
    public void restoreAborted(long from, List<AbortedTransaction> transactions) {
        activity.run("restoreAborted", () -> log.restoreAborted(from, transactions), this::failed);
    }

    @Override
    public Optional<LogCompaction> compaction() {
        return log.compaction().map(compaction -> new MeteredCompaction(compaction, activity));
    }

    @Override
    public long sizeInBytes() {
        return log.sizeInBytes();
    }

    @Override
    public LogDirectory directory() {
        return log.directory();
    }

    @Override
    public void close() {
        activity.run("close", () -> log.close(), this::failed);
    }
}
