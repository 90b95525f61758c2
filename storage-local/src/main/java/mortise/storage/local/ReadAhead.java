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
}
