package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import mortise.api.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the page cache does not have past it ({@code O_DIRECT}), into memory that is used
 * again and again, from which it is checked and sent. Fresh pages of the cache would cost more than
 * all the rest of such a read, and would push out the newest data, which everybody reads, for data
 * that one reader wants once. What several want within minutes goes through the cache from the
 * second on. Thread-safe; it lends a bounded number of buffers, and who gets none reads through the
 * page cache.
 */
final class ColdReads {
    /** The most bytes that one read gives: the largest batch that a topic takes unless told. */
    static final int MOST_BYTES = (1 << 20) + BatchHeader.PREFIX_BYTES;

    /** What addresses, positions and lengths are multiples of; a disk that wants more refuses. */
    private static final int BLOCK_BYTES = 4_096;

    private static final int BUFFER_BYTES = (1 << 20) + 2 * BLOCK_BYTES;

    /** How a file is opened past the page cache; null if this JDK has no such way. */
    private static final @Nullable OpenOption DIRECT = direct();

    private final int most;
    private final LateReaders lateReaders;
    private final AtomicInteger made = new AtomicInteger();

    /** The one given back last is lent first, so that few have memory if few are needed. */
    private final ConcurrentLinkedDeque<ByteBuffer> idle = new ConcurrentLinkedDeque<>();

    /**
     * @param bytes of memory that all reads may take; none at all if it is less than one needs
     */
    ColdReads(long bytes, Clock clock) {
        this.most = (int) Math.min(bytes / BUFFER_BYTES, Integer.MAX_VALUE);
        this.lateReaders = new LateReaders(clock);
    }

    /** Found by name: the compiler warns of whoever names the class, and takes no answer. */
    private static @Nullable OpenOption direct() {
        try {
            Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
            return Arrays.stream(options.getEnumConstants())
                    .filter(option -> option.toString().equals("DIRECT"))
                    .map(OpenOption.class::cast)
                    .findAny()
                    .orElse(null);
        } catch (ClassNotFoundException none) {
            return null;
        }
    }

    /**
     * Reads and checks batches; the last may be cut.
     *
     * @param place where the first batch begins
     * @param length how many bytes are wanted, from its begin
     * @param endOffset no batch reaches to it
     * @return null if that cannot be done past the page cache, or somebody else has read there
     *     lately, or something is wrong: who reads through the cache finds out what
     */
    @Nullable MemorySlice read(LogSearch.Place place, int length, long endOffset) {
        OpenOption how = DIRECT;
        boolean shared = lateReaders.hasRead(place.segment(), place.position());
        ByteBuffer buffer = how == null || shared || place.size() > MOST_BYTES ? null : borrow();
        if (how == null || buffer == null) {
            return null;
        }
        MemorySlice slice = null;
        try {
            slice = read(place, Math.min(length, MOST_BYTES), endOffset, buffer, how);
            return slice;
        } catch (IOException | UnsupportedOperationException otherwise) {
            return null;
        } finally {
            if (slice == null) {
                release(buffer);
            }
        }
    }

    private @Nullable MemorySlice read(
            LogSearch.Place place, int wanted, long endOffset, ByteBuffer buffer, OpenOption how)
            throws IOException {
        int from = place.position() & -BLOCK_BYTES;
        int skipped = place.position() - from;
        int least = skipped + wanted;
        int blocks = (least + BatchHeader.BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES;
        buffer.clear().limit(blocks * BLOCK_BYTES);
        int loaded;
        try (FileChannel direct = place.open().file().openAgainToRead(how)) {
            loaded = direct == null ? 0 : direct.read(buffer, from);
        }
        if (loaded < least) {
            return null;
        }
        buffer.clear();
        long shown = Math.min(from + (long) loaded, place.limit());
        FileWindow window = FileWindow.over(buffer, from, (int) (shown - from));
        CheckedRead reading = new CheckedRead(place, wanted, endOffset, window);
        int sound = reading.bytes();
        lateReaders.note(place.segment(), place.position(), reading.checkedTo());
        return new MemorySlice(this, buffer, skipped, sound);
    }

    private @Nullable ByteBuffer borrow() {
        ByteBuffer buffer = idle.pollFirst();
        if (buffer != null) {
            return buffer;
        }
        if (made.getAndUpdate(count -> Math.min(count + 1, most)) == most) {
            return null;
        }
        return ByteBuffer.allocateDirect(BUFFER_BYTES + BLOCK_BYTES).alignedSlice(BLOCK_BYTES);
    }

    /** Takes back what a slice was lent. */
    void release(ByteBuffer buffer) {
        idle.addFirst(buffer);
    }
}
