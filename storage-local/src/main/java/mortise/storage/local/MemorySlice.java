package mortise.storage.local;

import java.nio.ByteBuffer;
import java.util.Optional;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogSlice;
import org.jspecify.annotations.Nullable;

/** Bytes in memory that is lent until the slice is closed. Used by one thread at a time. */
final class MemorySlice implements LogSlice {
    private final ColdReads lender;
    private final int position;
    private final int size;
    private @Nullable ByteBuffer buffer;

    /** Takes over a buffer, which has the bytes from a position on. */
    MemorySlice(ColdReads lender, ByteBuffer buffer, int position, int size) {
        this.lender = lender;
        this.buffer = buffer;
        this.position = position;
        this.size = size;
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
    public Optional<ByteBuffer> memory() {
        return Optional.of(lent().slice(position, size));
    }

    @Override
    public int copyTo(int from, ByteBuffer target) {
        if (from < 0 || from > size) {
            throw new IndexOutOfBoundsException(
                    "position " + from + " of a slice of " + size + " bytes");
        }
        int length = Math.min(size - from, target.remaining());
        target.put(lent().slice(position + from, length));
        return length;
    }

    private ByteBuffer lent() {
        ByteBuffer now = buffer;
        if (now == null) {
            throw new IllegalStateException("the slice is closed");
        }
        return now;
    }

    @Override
    public void close() {
        ByteBuffer now = buffer;
        buffer = null;
        if (now != null) {
            lender.release(now);
        }
    }
}
