package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A buffered view of a file for walking forward through it, or of what somebody read of one.
 * Confined to one thread.
 */
final class FileWindow {
    private final @Nullable FileChannel channel;
    private final ByteBuffer buffer;
    private final long limit;
    private final int fill;
    private long from;
    private int loaded;

    /**
     * @param limit nothing is read at or beyond it
     * @param fill how many bytes to read at a time, at most the buffer's capacity
     */
    FileWindow(@Nullable FileChannel channel, ByteBuffer buffer, long limit, int fill) {
        this.channel = channel;
        this.buffer = buffer;
        this.limit = limit;
        this.fill = fill;
    }

    /** A view of bytes that a buffer has from its begin, and a file from a position on. */
    static FileWindow over(ByteBuffer buffer, long from, int loaded) {
        FileWindow window = new FileWindow(null, buffer, from + loaded, loaded);
        window.from = from;
        window.loaded = loaded;
        return window;
    }

    /** Where the bytes end that it shows. */
    long limit() {
        return limit;
    }

    /** The bytes; indexes come from {@link #load}. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** The most bytes that one {@link #load} can bring. */
    int capacity() {
        return buffer.capacity();
    }

    /**
     * Brings bytes into the buffer.
     *
     * @return the index in the buffer at which {@code position} lies, or -1 if the file ends before
     *     {@code length} bytes
     */
    int load(long position, int length) throws IOException {
        if (position + length > limit) {
            return -1;
        }
        if (position < from || position + length > from + loaded) {
            if (channel == null) {
                return -1;
            }
            buffer.clear();
            buffer.limit((int) Math.min(Math.max(fill, length), limit - position));
            from = position;
            loaded = DiskFiles.readFully(channel, buffer, position);
            buffer.clear();
            if (loaded < length) {
                return -1;
            }
        }
        return (int) (position - from);
    }

    /**
     * Brings as many bytes into the buffer as there are, and fit.
     *
     * @return how many, from {@code position} on
     */
    int available(long position, int most) throws IOException {
        int wanted = (int) Math.min(Math.min(most, capacity()), limit - position);
        return load(position, wanted) < 0
                ? Math.clamp(from + loaded - position, 0, wanted)
                : wanted;
    }
}
