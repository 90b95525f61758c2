package mortise.broker.log;

import java.nio.ByteBuffer;
import mortise.record.RecordBatch;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * The headers of the whole batches of a slice, in order, without the records behind them: of large
 * batches little is copied. Confined to one thread; the slice stays the caller's.
 */
public final class BatchHeaders {
    private static final int WINDOW_BYTES = 4_096;

    private final LogSlice slice;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private int windowAt;
    private int position;
    private int latest;
    private int latestBytes;

    /** From the begin of the slice on. */
    public BatchHeaders(LogSlice slice) {
        this.slice = slice;
    }

    /**
     * The next batch's header; null at the end, and where no whole batch follows.
     *
     * @return the header, whose records are not there
     * @throws StorageException if the store cannot read it
     */
    public @Nullable RecordBatch next() {
        if (slice.sizeInBytes() - position < RecordBatch.HEADER_BYTES || !load()) {
            return null;
        }
        int at = position - windowAt;
        long size = RecordBatch.sizeAt(window, at);
        if (size < RecordBatch.HEADER_BYTES || size > slice.sizeInBytes() - position) {
            return null;
        }
        latest = position;
        latestBytes = (int) size;
        position += (int) size;
        ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        header.put(0, window, at, RecordBatch.HEADER_BYTES);
        return RecordBatch.of(header);
    }

    /**
     * The batch whose header was given last, with its records.
     *
     * @throws StorageException if the store cannot read it
     */
    public RecordBatch whole() {
        ByteBuffer batch = ByteBuffer.allocate(latestBytes);
        while (batch.hasRemaining()) {
            if (slice.copyTo(latest + batch.position(), batch) <= 0) {
                throw new StorageException(
                        StorageException.Reach.CALL,
                        "a slice of "
                                + slice.sizeInBytes()
                                + " bytes ends at "
                                + (latest + batch.position()));
            }
        }
        return RecordBatch.of(batch.flip());
    }

    private boolean load() {
        if (position + RecordBatch.HEADER_BYTES <= windowAt + window.limit()) {
            return true;
        }
        window.clear();
        windowAt = position;
        while (window.position() < RecordBatch.HEADER_BYTES) {
            if (slice.copyTo(position + window.position(), window) <= 0) {
                window.limit(0);
                return false;
            }
        }
        window.flip();
        return true;
    }
}
