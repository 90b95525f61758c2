package mortise.storage.local;

import java.nio.ByteBuffer;
import java.util.Optional;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogSlice;

/** A slice of nothing, which everybody shares. */
final class EmptySlice implements LogSlice {
    static final EmptySlice INSTANCE = new EmptySlice();

    /** The answer to a reader that is at the end. */
    static final Optional<LogSlice> PRESENT = Optional.of(INSTANCE);

    private EmptySlice() {}

    @Override
    public int sizeInBytes() {
        return 0;
    }

    @Override
    public Optional<FileRange> fileRange() {
        return Optional.empty();
    }

    @Override
    public int copyTo(int position, ByteBuffer target) {
        if (position != 0) {
            throw new IndexOutOfBoundsException("position " + position + " of an empty slice");
        }
        return 0;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
