package mortise.broker.plugin.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * What tells a jar from a changed one without reading it whole: its size, and a checksum of its
 * central directory (APPNOTE.TXT 4.3.12), in which every entry has its name, size and CRC-32. The
 * time of the file is no part of it, so a copy has the same one.
 *
 * @param bytes the size of the file
 * @param directory the CRC-32C from the central directory's first byte to the file's last
 */
record JarFingerprint(long bytes, int directory) {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int END_ENTRIES_AT = 10;
    private static final int END_DIRECTORY_BYTES_AT = 12;
    private static final int END_COMMENT_BYTES_AT = 20;
    private static final int MAX_COMMENT_BYTES = 0xffff;
    private static final int BUFFER_BYTES = END_BYTES + MAX_COMMENT_BYTES;

    /**
     * The fingerprint of a jar.
     *
     * @throws IOException if it cannot be read, is no jar, or is one of the ZIP64 format
     */
    static JarFingerprint of(Path jar) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(jar)) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            long bytes = channel.size();
            return new JarFingerprint(
                    bytes, checksum(channel, directoryStart(channel, bytes, buffer), buffer));
        }
    }

    private static int checksum(SeekableByteChannel channel, long start, ByteBuffer buffer)
            throws IOException {
        CRC32C crc = new CRC32C();
        channel.position(start);
        while (channel.read(buffer.clear()) >= 0) {
            crc.update(buffer.flip());
        }
        return (int) crc.getValue();
    }

    /** Where the central directory starts; the end record, which says so, may have a comment. */
    private static long directoryStart(SeekableByteChannel channel, long bytes, ByteBuffer buffer)
            throws IOException {
        for (int longest : new int[] {END_BYTES, BUFFER_BYTES}) {
            int tail = (int) Math.min(bytes, longest);
            readTail(channel, bytes, buffer.clear().limit(tail));
            for (int at = tail - END_BYTES; at >= 0; at--) {
                if (buffer.getInt(at) == END_SIGNATURE
                        && Short.toUnsignedInt(buffer.getShort(at + END_COMMENT_BYTES_AT))
                                == tail - at - END_BYTES) {
                    long start = bytes - tail + at - directoryBytes(buffer, at);
                    if (start >= 0) {
                        return start;
                    }
                }
            }
        }
        throw new IOException("it has no end record of a jar");
    }

    private static void readTail(SeekableByteChannel channel, long bytes, ByteBuffer buffer)
            throws IOException {
        channel.position(bytes - buffer.limit());
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("it became shorter while it was read");
            }
        }
    }

    private static long directoryBytes(ByteBuffer end, int at) throws IOException {
        int entries = Short.toUnsignedInt(end.getShort(at + END_ENTRIES_AT));
        long directoryBytes = Integer.toUnsignedLong(end.getInt(at + END_DIRECTORY_BYTES_AT));
        if (entries == 0xffff || directoryBytes == 0xffff_ffffL) {
            throw new IOException("it is of the ZIP64 format");
        }
        return directoryBytes;
    }
}
