package mortise.storage.local;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import mortise.spi.storage.LogSlice;

/**
 * Has bytes of a file in memory before they are sent, so that sending does not wait: in the page
 * cache if most of them are there, and past it if not. Thread-safe.
 */
final class ReadAhead {
    /** From so many bytes on it costs less to ask the kernel whether it has them. */
    private static final int LEAST_TO_ASK = 64 << 10;

    private final ScratchBuffers scratch;
    private final ColdReads cold;

    ReadAhead(ScratchBuffers scratch, ColdReads cold) {
        this.scratch = scratch;
        this.cold = cold;
    }

    /** The buffers that the bytes pass through. */
    ScratchBuffers scratch() {
        return scratch;
    }

    /**
     * Batches in memory, checked if nobody has checked them since they came from the disk. The last
     * may be cut. The slice takes over the use of the file.
     *
     * @param place where the first batch begins
     * @param length how many bytes are wanted, from its begin
     * @param endOffset no batch reaches to it
     * @return as much as can be given: less if the file ends, the disk fails, or a batch is rotten,
     *     behind the first
     * @throws CorruptFileException if that is so within the first batch
     */
    LogSlice read(LogSearch.Place place, int length, long endOffset) throws IOException {
        int position = place.position();
        if (length >= LEAST_TO_ASK) {
            VerifiedRanges verified = place.segment().verified();
            boolean known = verified.has(position, position + length);
            if (!isThere(place.open(), position, length)) {
                // whoever brings it into the page cache does not say what else came with it
                verified.forgetFrom(position);
                LogSlice past = cold.read(place, length, endOffset);
                if (past != null) {
                    place.open().release();
                    return past;
                }
            } else if (known) {
                return new FileSlice(place.open(), position, length);
            }
        }
        ByteBuffer buffer = scratch.borrow();
        try {
            int limit = (int) Math.min(place.limit(), (long) position + length + BatchHeader.BYTES);
            FileWindow window =
                    new FileWindow(place.open().channel(), buffer, limit, buffer.capacity());
            CheckedRead reading = new CheckedRead(place, length, endOffset, window);
            int given = reading.bytes();
            place.segment().verified().add(position, reading.checkedTo());
            return new FileSlice(place.open(), position, given);
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
