package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The CRC-32C of a complete segment's index files, whose formats have none of their own; that of an
 * empty file where there is none.
 *
 * @param offsets of {@code .index}
 * @param times of {@code .timeindex}
 * @param aborted of {@code .txnindex}
 */
record IndexChecksums(long offsets, long times, long aborted) {

    /** Those of the files as they are now. */
    static IndexChecksums of(StoreParts parts, Path directory, long baseOffset) throws IOException {
        ByteBuffer buffer = parts.scratch().borrow();
        try {
            return new IndexChecksums(
                    of(directory, baseOffset, LogFiles.OFFSET_INDEX, buffer),
                    of(directory, baseOffset, LogFiles.TIME_INDEX, buffer),
                    of(directory, baseOffset, LogFiles.TRANSACTION_INDEX, buffer));
        } finally {
            parts.scratch().release(buffer);
        }
    }

    private static long of(Path directory, long baseOffset, String suffix, ByteBuffer buffer)
            throws IOException {
        CRC32C sum = new CRC32C();
        try (FileChannel channel =
                FileChannel.open(
                        directory.resolve(LogFiles.name(baseOffset, suffix)),
                        StandardOpenOption.READ)) {
            while (channel.read(buffer.clear()) > 0) {
                sum.update(buffer.flip());
            }
        } catch (NoSuchFileException none) {
            return sum.getValue();
        }
        return sum.getValue();
    }

    /** The suffix of a file of entries that is not as it was; empty if both are. */
    String changed(IndexChecksums now) {
        if (offsets != now.offsets) {
            return LogFiles.OFFSET_INDEX;
        }
        return times != now.times ? LogFiles.TIME_INDEX : "";
    }
}
