package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.UnreadableDataException;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes of a segment's file. It holds the file open until it is closed, so that removal
 * does not take the bytes away. Used by one thread at a time.
 */
final class FileSlice implements LogSlice {
    private final int position;
    private final int size;
    private @Nullable OpenFile open;

    /** Takes over a use of the file. */
    FileSlice(OpenFile open, int position, int size) {
        this.open = open;
        this.position = position;
        this.size = size;
    }

    @Override
    public int sizeInBytes() {
        return size;
    }

    @Override
    public Optional<FileRange> fileRange() {
        return Optional.of(new FileRange(lent().channel(), position, size));
    }

    @Override
    public int copyTo(int from, ByteBuffer target) {
        if (from < 0 || from > size) {
            throw new IndexOutOfBoundsException(
                    "position " + from + " of a slice of " + size + " bytes");
        }
        OpenFile file = lent();
        int length = Math.min(size - from, target.remaining());
        int limit = target.limit();
        target.limit(target.position() + length);
        try {
            int count = DiskFiles.readFully(file.channel(), target, (long) position + from);
            if (count < length) {
                throw new CorruptFileException(
                        "it ends at "
                                + ((long) position + from + count)
                                + ", "
                                + (length - count)
                                + " bytes before what was promised; was it changed from outside?");
            }
            return count;
        } catch (IOException failure) {
            throw new UnreadableDataException(
                    failure instanceof CorruptFileException,
                    "reading "
                            + length
                            + " bytes at "
                            + ((long) position + from)
                            + " of "
                            + file.file().path()
                            + ": "
                            + failure.getMessage(),
                    failure);
        } finally {
            target.limit(limit);
        }
    }

    private OpenFile lent() {
        OpenFile file = open;
        if (file == null) {
            throw new IllegalStateException("the slice is closed");
        }
        return file;
    }

    @Override
    public void close() {
        OpenFile file = open;
        open = null;
        if (file != null) {
            file.release();
        }
    }
}
