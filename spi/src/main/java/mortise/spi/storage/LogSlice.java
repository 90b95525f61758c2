package mortise.spi.storage;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A run of bytes of a log, lent by the store until {@link #close}: neither deletion nor truncation
 * takes the bytes away before. Used by one thread at a time.
 */
public interface LogSlice extends AutoCloseable {
    /** How many bytes; 0 for an empty slice. */
    int sizeInBytes();

    /** Where the bytes lie in a file, if they do, for sending them without reading them. */
    Optional<FileRange> fileRange();

    /**
     * The bytes themselves, if they lie in memory outside of the heap, for sending them without
     * copying them: all of the slice, to be read only, and until it is closed.
     */
    default Optional<ByteBuffer> memory() {
        return Optional.empty();
    }

    /**
     * Copies bytes of the slice, from {@code position} until {@code target} is full or the slice
     * ends.
     *
     * @return how many bytes were copied
     * @throws StorageException if they cannot be read
     */
    int copyTo(int position, ByteBuffer target);

    /**
     * A copy of all bytes of the slice, on the heap, ready to be read. It outlives the slice.
     *
     * @return as many bytes as {@link #copyTo} gives, which are all of a slice that keeps its
     *     promise
     * @throws StorageException if they cannot be read
     */
    default ByteBuffer copy() {
        ByteBuffer copy = ByteBuffer.allocate(sizeInBytes());
        int at = 0;
        while (copy.hasRemaining()) {
            int copied = copyTo(at, copy);
            if (copied <= 0) {
                break;
            }
            at += copied;
        }
        return copy.flip();
    }

    /** Gives the bytes back. Closing twice does nothing more. */
    @Override
    void close();
}
