package mortise.codec.snappy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.xerial.snappy.Snappy;

/**
 * The opened bytes of framed snappy chunks or of one plain block. Chunks are opened one by one; a
 * block's own claim of its size is believed only as far as the format can compress.
 */
final class SnappyBlocks extends InputStream {
    /** The first eight bytes of xerial's framing, 0x82 "SNAPPY" 0x00. */
    private static final long MAGIC = 0x82534e4150505900L;

    private static final int MAGIC_FIRST_HALF = (int) (MAGIC >>> 32);
    private static final int HEADER_BYTES = 16;
    private static final int HEADER_BYTES_AFTER_FIRST_HALF = HEADER_BYTES - Integer.BYTES;
    private static final int READABLE_VERSION = 1;

    /**
     * A copy of three bytes yields at most 64, so no block opens to more than 22 times its size.
     */
    private static final long MAX_RATIO = 22;

    private final ByteBuffer compressed;
    private final long maxBytes;
    private boolean plain;
    private byte[] input = new byte[0];
    private byte[] opened = new byte[0];
    private int position;
    private int limit;

    SnappyBlocks(ByteBuffer compressed, long maxBytes) throws IOException {
        this.compressed = compressed.slice();
        this.maxBytes = maxBytes;
        plain = !startsWithHeader();
        if (!plain) {
            skipHeader(HEADER_BYTES);
        }
    }

    private boolean startsWithHeader() {
        return compressed.remaining() >= HEADER_BYTES && compressed.getLong(0) == MAGIC;
    }

    private void skipHeader(int bytes) throws IOException {
        if (compressed.remaining() < bytes) {
            throw new IOException("a snappy header is cut short");
        }
        int leastVersion = compressed.getInt(compressed.position() + bytes - Integer.BYTES);
        if (leastVersion > READABLE_VERSION) {
            throw new IOException("snappy framing version " + leastVersion + ", 1 is known");
        }
        compressed.position(compressed.position() + bytes);
    }

    @Override
    public int read() throws IOException {
        return ready() ? opened[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!ready()) {
            return -1;
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(opened, position, target, offset, count);
        position += count;
        return count;
    }

    /** Opens blocks until there is something to read; false at the end. */
    private boolean ready() throws IOException {
        while (position == limit) {
            if (plain) {
                plain = false;
                open(compressed.remaining());
            } else if (compressed.hasRemaining()) {
                openChunk();
            } else {
                return false;
            }
        }
        return true;
    }

    private void openChunk() throws IOException {
        if (compressed.remaining() < Integer.BYTES) {
            throw new IOException("a snappy chunk's length is cut short");
        }
        int length = compressed.getInt();
        if (length == MAGIC_FIRST_HALF) {
            skipHeader(HEADER_BYTES_AFTER_FIRST_HALF);
            return;
        }
        if (length < 0 || length > compressed.remaining()) {
            throw new IOException(
                    "a snappy chunk claims "
                            + length
                            + " bytes, "
                            + compressed.remaining()
                            + " are left");
        }
        open(length);
    }

    private void open(int length) throws IOException {
        if (input.length < length) {
            input = new byte[length];
        }
        compressed.get(input, 0, length);
        int claim = Snappy.uncompressedLength(input, 0, length);
        if (claim < 0 || claim > MAX_RATIO * length || claim > maxBytes) {
            throw new IOException(
                    "a snappy block of "
                            + length
                            + " bytes claims to open to "
                            + Integer.toUnsignedString(claim)
                            + ", the format or the limit of "
                            + maxBytes
                            + " forbids it");
        }
        if (opened.length < claim) {
            opened = new byte[claim];
        }
        position = 0;
        limit = Snappy.rawUncompress(input, 0, length, opened, 0);
    }
}
