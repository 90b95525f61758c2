package mortise.spi.storage;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Whole record batches to be appended together, stamped with their final offsets. Lent: neither it
 * nor its buffers may be kept after the call that it was passed to.
 */
public interface BatchSet {
    /** How many batches, at least one. */
    int count();

    /**
     * The bytes of a batch, from position to limit; the store may move the position but not write.
     */
    ByteBuffer buffer(int index);

    /** The first offset of a batch. */
    long baseOffset(int index);

    /** The last offset of a batch, at least its base offset. */
    long lastOffset(int index);

    /** The largest timestamp of a batch, in milliseconds; a client chose it, so it may be a lie. */
    long maxTimestamp(int index);

    /** The leader epoch that stamped a batch. */
    int leaderEpoch(int index);

    /**
     * The transaction that a batch aborts, if it is the marker that does so; else null. The store
     * keeps it with the batch.
     */
    default @Nullable AbortedTransaction aborted(int index) {
        return null;
    }

    /** All bytes together. */
    int sizeInBytes();
}
