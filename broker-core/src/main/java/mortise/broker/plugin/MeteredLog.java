package mortise.broker.plugin;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogBounds;
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

    /**
     * What the contract allows passes; anything else is a fault of the plugin that fails this log.
     */
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
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.sync();
        } catch (RuntimeException | Error failure) {
            throw failed("sync", failure);
        } finally {
            activity.leave(before, begun);
        }
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
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.read(offset, upTo, maxBytes, wholeBatch);
        } catch (RuntimeException | Error failure) {
            throw failed("read", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public LogPosition position(long offset) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.position(offset);
        } catch (RuntimeException | Error failure) {
            throw failed("position", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.offsetAtOrAfter(timestamp);
        } catch (RuntimeException | Error failure) {
            throw failed("offsetAtOrAfter", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public Optional<TimestampPosition> largestTimestamp() {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.largestTimestamp();
        } catch (RuntimeException | Error failure) {
            throw failed("largestTimestamp", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public LogPosition truncateTo(long offset) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.truncateTo(offset);
        } catch (RuntimeException | Error failure) {
            throw failed("truncateTo", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public LogPosition reset(long offset) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.reset(offset);
        } catch (RuntimeException | Error failure) {
            throw failed("reset", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public void advanceStart(long offset) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            log.advanceStart(offset);
        } catch (RuntimeException | Error failure) {
            throw failed("advanceStart", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public long retainedFrom(RetentionLimits limits) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.retainedFrom(limits);
        } catch (RuntimeException | Error failure) {
            throw failed("retainedFrom", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public void configure(LogSettings settings) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            log.configure(settings);
        } catch (RuntimeException | Error failure) {
            throw failed("configure", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            log.putSidecar(kind, offset, content);
        } catch (RuntimeException | Error failure) {
            throw failed("putSidecar", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.latestSidecar(kind, atMost);
        } catch (RuntimeException | Error failure) {
            throw failed("latestSidecar", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public void trimSidecars(SidecarKind kind, long offset) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            log.trimSidecars(kind, offset);
        } catch (RuntimeException | Error failure) {
            throw failed("trimSidecars", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public List<MissingRecords> missing() {
        return log.missing();
    }

    @Override
    public List<MissingRecords> acceptLoss() {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return log.acceptLoss();
        } catch (RuntimeException | Error failure) {
            throw failed("acceptLoss", failure);
        } finally {
            activity.leave(before, begun);
        }
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
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            log.close();
        } catch (RuntimeException | Error failure) {
            throw failed("close", failure);
        } finally {
            activity.leave(before, begun);
        }
    }
}
