package mortise.broker.flush;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.OptionalLong;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.TimestampPosition;

/**
 * A log that only counts. Its end is published by a release and read by an acquire, the weakest
 * that the contract of {@link PartitionLog} allows and what storage-local does.
 */
final class StubLog implements PartitionLog {
    private static final VarHandle END;

    static {
        try {
            END = MethodHandles.lookup().findVarHandle(StubLog.class, "end", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    @SuppressWarnings("unused") // through END
    private int end;

    private volatile int durable;

    void append() {
        END.setRelease(this, (int) END.getOpaque(this) + 1);
    }

    int durable() {
        return durable;
    }

    @Override
    public LogPosition sync() {
        durable = (int) END.getAcquire(this);
        return durableEnd();
    }

    @Override
    public LogPosition durableEnd() {
        return new LogPosition(durable, durable);
    }

    @Override
    public LogPosition end() {
        int now = (int) END.getAcquire(this);
        return new LogPosition(now, now);
    }

    @Override
    public OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        throw new UnsupportedOperationException();
    }

    @Override
    public LogPosition append(BatchSet batches) {
        throw new UnsupportedOperationException();
    }

    @Override
    public LogBounds bounds() {
        throw new UnsupportedOperationException();
    }

    @Override
    public LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public LogPosition position(long offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<TimestampPosition> largestTimestamp() {
        throw new UnsupportedOperationException();
    }

    @Override
    public LogPosition truncateTo(long offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public LogPosition reset(long offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void advanceStart(long offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void configure(LogSettings settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long sizeInBytes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public LogDirectory directory() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
