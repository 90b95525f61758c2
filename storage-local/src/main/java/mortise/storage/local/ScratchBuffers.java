package mortise.storage.local;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Direct buffers that readers borrow for headers and index pages. Thread-safe; keeps a bounded
 * number, makes more when all are lent.
 */
final class ScratchBuffers {
    private final int bytes;
    private final BlockingQueue<ByteBuffer> idle;

    ScratchBuffers(int bytes, int kept) {
        this.bytes = bytes;
        this.idle = new ArrayBlockingQueue<>(kept);
    }

    /** An empty buffer, to be given back with {@link #release}. */
    ByteBuffer borrow() {
        ByteBuffer buffer = idle.poll();
        return buffer != null ? buffer.clear() : ByteBuffer.allocateDirect(bytes);
    }

    void release(ByteBuffer buffer) {
        boolean kept = idle.offer(buffer);
        if (!kept) {
            return; // enough are kept; the collector takes this one
        }
    }
}
