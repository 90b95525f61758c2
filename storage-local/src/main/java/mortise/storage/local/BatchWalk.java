package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * A walk over the batch headers of a segment. Confined to one thread; the accessors tell of the
 * batch that {@link #next} came to.
 */
final class BatchWalk {
    private static final int FILL_BYTES = 4_096;
    private static final int SEARCH_FACTOR = 16;

    private final FileWindow window;
    private final long limit;
    private long nextPosition;
    private int position;
    private int size;
    private long baseOffset;
    private long lastOffset;
    private long maxTimestamp;
    private int leaderEpoch;

    /** For looking at headers, from a batch border up to another. */
    BatchWalk(FileChannel channel, ByteBuffer scratch, int position, int limit) {
        this(channel, scratch, position, limit, Math.min(FILL_BYTES, scratch.capacity()));
    }

    /** For looking at everything, from a batch border up to the end of the file. */
    static BatchWalk verifying(FileChannel channel, ByteBuffer scratch, int position, int limit) {
        return new BatchWalk(channel, scratch, position, limit, scratch.capacity());
    }

    private BatchWalk(
            FileChannel channel, ByteBuffer scratch, int position, int limit, int fillBytes) {
        this(new FileWindow(channel, scratch, limit, fillBytes), position);
    }

    /** For looking at what a window shows, from a batch border up to its limit. */
    BatchWalk(FileWindow window, int position) {
        this.window = window;
        this.limit = window.limit();
        this.nextPosition = position;
    }

    /**
     * The base offset that the next header says; -1 at the limit, and where no header follows. The
     * batch need not be whole, and the walk does not move.
     */
    long nextBaseOffset() throws IOException {
        int at = window.load(nextPosition, BatchHeader.BYTES);
        return at < 0 || !BatchHeader.isPlausible(window.buffer(), at)
                ? -1
                : BatchHeader.baseOffset(window.buffer(), at);
    }

    /** Moves to the next batch; false at the limit, and where no whole batch follows. */
    boolean next() throws IOException {
        int at = window.load(nextPosition, BatchHeader.BYTES);
        if (at < 0 || !BatchHeader.isPlausible(window.buffer(), at)) {
            return false;
        }
        long bytes = BatchHeader.size(window.buffer(), at);
        if (nextPosition + bytes > limit) {
            return false;
        }
        position = (int) nextPosition;
        size = (int) bytes;
        nextPosition += bytes;
        baseOffset = BatchHeader.baseOffset(window.buffer(), at);
        lastOffset = BatchHeader.lastOffset(window.buffer(), at);
        maxTimestamp = BatchHeader.maxTimestamp(window.buffer(), at);
        leaderEpoch = BatchHeader.leaderEpoch(window.buffer(), at);
        return true;
    }

    /** Whether the batch's checksum is right. */
    boolean verify() throws IOException {
        CRC32C checksum = new CRC32C();
        int end = position + size;
        int crc = 0;
        for (int from = position; from < end; ) {
            int length = Math.min(end - from, window.capacity());
            int at = window.load(from, length);
            if (at < 0) {
                return false;
            }
            int skip = 0;
            if (from == position) {
                crc = BatchHeader.crc(window.buffer(), at);
                skip = BatchHeader.CRC_FROM;
            }
            checksum.update(window.buffer().duplicate().position(at + skip).limit(at + length));
            from += length;
        }
        return (int) checksum.getValue() == crc;
    }

    /** Makes the batch that the walk came to the next one again. */
    void stepBack() {
        nextPosition = position;
    }

    /**
     * Looks behind damage for the next batch that has a good checksum and a base offset of at least
     * {@code least}, which {@link #next} then comes to. Bytes that look like many large batches end
     * the search: no more is checked than {@value #SEARCH_FACTOR} times what is left.
     *
     * @return whether there is one; if not, the walk does not move
     */
    boolean skipTo(long least) throws IOException {
        long begin = nextPosition;
        long checks = SEARCH_FACTOR * (limit - begin);
        for (long at = begin + 1; checks > 0; at++) {
            int index = window.load(at, BatchHeader.BYTES);
            if (index < 0) {
                break;
            }
            if (!BatchHeader.isPlausible(window.buffer(), index)
                    || BatchHeader.baseOffset(window.buffer(), index) < least) {
                continue;
            }
            nextPosition = at;
            if (next()) {
                checks -= size;
                if (verify()) {
                    stepBack();
                    return true;
                }
            }
        }
        nextPosition = begin;
        return false;
    }

    /** What is wrong where the walk stopped, for people; empty if nothing follows at all. */
    String problem() throws IOException {
        long left = limit - nextPosition;
        if (left == 0) {
            return "";
        }
        int at = window.load(nextPosition, BatchHeader.BYTES);
        if (at < 0) {
            return "batch at "
                    + nextPosition
                    + " has "
                    + left
                    + " bytes, less than a header of "
                    + BatchHeader.BYTES;
        }
        if (BatchHeader.isVoid(window.buffer(), at)) {
            return left + " bytes from " + nextPosition + " on were never written";
        }
        if (!BatchHeader.isPlausible(window.buffer(), at)) {
            return "no batch header at " + nextPosition + ", " + left + " bytes before the end";
        }
        long bytes = BatchHeader.size(window.buffer(), at);
        return bytes > left
                ? "batch at "
                        + nextPosition
                        + " says "
                        + bytes
                        + " bytes, the file has "
                        + left
                        + " left"
                : "batch at "
                        + nextPosition
                        + " with "
                        + bytes
                        + " bytes has a wrong checksum or offset";
    }

    /** Where the next batch would begin. */
    int nextPosition() {
        return (int) nextPosition;
    }

    int position() {
        return position;
    }

    int size() {
        return size;
    }

    long baseOffset() {
        return baseOffset;
    }

    long lastOffset() {
        return lastOffset;
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }
}
