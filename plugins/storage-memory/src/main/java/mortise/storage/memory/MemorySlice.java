package mortise.storage.memory;

import java.nio.ByteBuffer;
import java.util.Optional;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogSlice;

/**
 * Batches of one segment, the last perhaps cut. They stay on the heap while somebody holds the
 * slice, whatever happens to the log. Used by one thread at a time.
 */
final class MemorySlice implements LogSlice {
    /** A slice of nothing, which everybody shares. */
    static final MemorySlice EMPTY = new MemorySlice(MemorySegment.empty(0), 0, 0);

    private final MemorySegment segment;
    private final int first;
    private final int size;

    /** The batch that was copied from last, and where it begins in the slice. */
    private int at;

    private int atPosition;

    MemorySlice(MemorySegment segment, int first, int size) {
        this.segment = segment;
        this.first = first;
        this.size = size;
        this.at = first;
    }

    @Override
    public int sizeInBytes() {
        return size;
    }

    @Override
    public Optional<FileRange> fileRange() {
        return Optional.empty();
    }

    @Override
    public int copyTo(int position, ByteBuffer target) {
        if (position < 0 || position > size) {
            throw new IndexOutOfBoundsException(
                    "position " + position + " of a slice of " + size + " bytes");
        }
        int length = Math.min(size - position, target.remaining());
        if (position < atPosition) {
            at = first;
            atPosition = 0;
        }
        for (int left = length, from = position; left > 0; ) {
            StoredBatch batch = segment.batch(at);
            int within = from - atPosition;
            int here = Math.min(left, batch.sizeInBytes() - within);
            if (here > 0) {
                batch.copyTo(within, here, target);
                left -= here;
                from += here;
            } else {
                atPosition += batch.sizeInBytes();
                at++;
            }
        }
        return length;
    }

    @Override
    public void close() {
        // the collector takes the batches when nobody else has them
    }
}
