package mortise.storage.local;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Brings bytes of a file into the page cache before they are sent, so that sending does not wait.
 * Thread-safe.
 */
final class ReadAhead {
    /** From so many bytes on it costs less to ask the kernel whether it has them. */
    private static final int LEAST_TO_ASK = 64 << 10;

    private final ScratchBuffers scratch;

    ReadAhead(ScratchBuffers scratch) {
        this.scratch = scratch;
    }

    /** The buffers that the bytes pass through. */
    ScratchBuffers scratch() {
        return scratch;
    }

    /**
     * Touches the bytes; returns when they have been read.
     *
     * @param least how many must be there
     * @return how many can be read: fewer if the file ends, or the disk fails, behind the least
     * @throws CorruptFileException if the file ends before
     */
    int touch(OpenFile open, int position, int length, int least) throws IOException {
        if (length >= LEAST_TO_ASK && isThere(open, position, length)) {
            return length;
        }
        ByteBuffer buffer = scratch.borrow();
        int end = position + length;
        int at = position;
        try {
            while (at < end) {
                buffer.clear().limit(Math.min(buffer.capacity(), end - at));
                int count = DiskFiles.readFully(open.channel(), buffer, at);
                if (count == 0) {
                    break;
                }
                at += count;
            }
        } catch (IOException failed) {
            if (at - position < least) {
                throw failed;
            }
        } finally {
            scratch.release(buffer);
        }
        if (at - position < least) {
            throw new CorruptFileException(
                    open.file().path()
                            + " ends at "
                            + at
                            + ", within the batch at "
                            + position
                            + " of "
                            + least
                            + " bytes; was it cut from outside?");
        }
        return at - position;
    }

    /**
     * Whether the page cache has all of it. A mapping that nobody looks into is the one way to ask
     * without native access; the kernel answers for it page by page. It must not reach beyond the
     * end: the file is open for writing, and would be made longer.
     */
    private static boolean isThere(OpenFile open, int position, int length) {
        FileChannel channel = open.channel();
        try (Arena asking = Arena.ofConfined()) {
            return channel.size() >= (long) position + length
                    && channel.map(FileChannel.MapMode.READ_ONLY, position, length, asking)
                            .isLoaded();
        } catch (IOException | UnsupportedOperationException cannot) {
            return false; // a simulated disk has no mappings; reading shows, or says why not
        }
    }
}
