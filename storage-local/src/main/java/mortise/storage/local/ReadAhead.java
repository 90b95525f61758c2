package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Brings bytes of a file into the page cache before they are sent, so that sending does not wait.
 * Thread-safe.
 */
final class ReadAhead {
    private final ScratchBuffers scratch;

    ReadAhead(ScratchBuffers scratch) {
        this.scratch = scratch;
    }

    /** Touches the bytes; returns when they have been read. */
    void touch(OpenFile open, int position, int length) throws IOException {
        ByteBuffer buffer = scratch.borrow();
        try {
            int end = position + length;
            for (int at = position; at < end; ) {
                buffer.clear().limit(Math.min(buffer.capacity(), end - at));
                int count = DiskFiles.readFully(open.channel(), buffer, at);
                if (count == 0) {
                    return;
                }
                at += count;
            }
        } finally {
            scratch.release(buffer);
        }
    }
}
