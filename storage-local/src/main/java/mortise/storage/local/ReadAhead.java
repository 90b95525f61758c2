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
     * Touches batches, and checks those that nobody has checked since they came from the disk;
     * returns when they have been read. The last may be cut.
     *
     * @param place where the first batch begins
     * @param length how many bytes are wanted, from its begin
     * @param endOffset no batch reaches to it
     * @return how many can be given: fewer if the file ends, the disk fails, or a batch is rotten,
     *     behind the first
     * @throws CorruptFileException if that is so within the first batch
     */
    int touch(LogSearch.Place place, int length, long endOffset) throws IOException {
        int position = place.position();
        VerifiedRanges verified = place.segment().verified();
        if (length >= LEAST_TO_ASK && verified.has(position, position + length)) {
            if (isThere(place.open(), position, length)) {
                return length;
            }
            // the kernel reads more than it is asked for, and does not say what
            verified.forgetFrom(position);
        }
        ByteBuffer buffer = scratch.borrow();
        try {
            return new CheckedRead(place, length, endOffset, buffer).bytes();
        } finally {
            scratch.release(buffer);
        }
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
