package mortise.record;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Where a batch is being written: a buffer that grows, or the caller's, which does not. */
final class BatchSink extends OutputStream {
    private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

    private final boolean grows;
    private final int most;
    private ByteBuffer buffer;
    private boolean discarding;

    /**
     * @param most how many bytes it takes at most, if it grows
     */
    BatchSink(ByteBuffer buffer, boolean grows, int most) {
        this.buffer = buffer;
        this.grows = grows;
        this.most = Math.min(most, MAX_ARRAY_BYTES);
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** Lets everything that is still written vanish: the batch has been given up. */
    void discard() {
        discarding = true;
    }

    /** Makes room for {@code bytes} more and returns the buffer that has it. */
    ByteBuffer reserve(int bytes) {
        if (buffer.remaining() < bytes) {
            grow(bytes);
        }
        return buffer;
    }

    private void grow(int bytes) {
        long needed = (long) buffer.position() + bytes;
        if (grows && needed > most && most < MAX_ARRAY_BYTES) {
            throw new BatchTooLargeException(most);
        }
        if (!grows || needed > MAX_ARRAY_BYTES) {
            throw new IllegalStateException(
                    "building a record batch: "
                            + bytes
                            + " bytes more do not fit, "
                            + buffer.remaining()
                            + " are left; use a larger buffer or fewer records");
        }
        int capacity = (int) Math.clamp(2L * buffer.capacity(), needed, most);
        buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
    }

    @Override
    public void write(int value) {
        if (!discarding) {
            reserve(1).put((byte) value);
        }
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, source.length);
        if (!discarding) {
            reserve(length).put(source, offset, length);
        }
    }
}
