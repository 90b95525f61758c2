package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A buffered view of a file for walking forward through it. Confined to one thread. */
final class FileWindow {
    private final FileChannel channel;
    private final ByteBuffer buffer;
    private final long limit;
    private final int fill;
    private long from;
    private int loaded;

    /**
     * @param limit nothing is read at or beyond it
     * @param fill how many bytes to read at a time, at most the buffer's capacity
     */
    FileWindow(FileChannel channel, ByteBuffer buffer, long limit, int fill) {
        this.channel = channel;
        this.buffer = buffer;
        this.limit = limit;
        this.fill = fill;
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
            buffer.clear();
            buffer.limit((int) Math.min(Math.max(fill, length), limit - position));
            from = position;
            loaded = DiskFiles.readFully(channel, buffer, position);
            buffer.clear();
            if (loaded < length) {
                loaded = 0;
                return -1;
            }
        }
        return (int) (position - from);
    }
}
