package mortise.consensus.raft.disk;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Frames in the making, gathered in one buffer that goes to one place of a file. Reused; confined
 * to the quorum's thread.
 */
final class FrameWriter {
    /** Bytes before a frame's body. */
    static final int OVERHEAD = 16;

    /** What every frame begins with. */
    static final int MARKER = 0x9E4D5246;

    private static final int RETAINED = 1 << 20;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocate(4096);
    private long filePosition;
    private int frameStart;

    /** Forgets what was gathered; what comes now goes to this position of its file. */
    FrameWriter startAt(long position) {
        if (buffer.capacity() > RETAINED) {
            buffer = ByteBuffer.allocate(RETAINED);
        }
        buffer.clear();
        filePosition = position;
        return this;
    }

    /** Puts a file's header, at the file's begin. */
    FrameWriter header(FileKind kind, int nodeId) {
        reserve(FileHeader.SIZE);
        FileHeader.put(buffer, kind, nodeId);
        return this;
    }

    /** Begins a frame whose body has room for {@code size} bytes after its kind. */
    FrameWriter begin(FrameKind kind, long size) {
        reserve(OVERHEAD + 1 + size);
        frameStart = buffer.position();
        buffer.position(frameStart + OVERHEAD);
        buffer.put(kind.code());
        return this;
    }

    FrameWriter put(int value) {
        buffer.putInt(value);
        return this;
    }

    FrameWriter put(long value) {
        buffer.putLong(value);
        return this;
    }

    /** Puts a list of nodes. */
    FrameWriter putNodes(List<Integer> nodes) {
        buffer.putInt(nodes.size());
        nodes.forEach(buffer::putInt);
        return this;
    }

    FrameWriter putRecords(List<byte[]> records) {
        buffer.putInt(records.size());
        for (byte[] record : records) {
            buffer.putInt(record.length).put(record);
        }
        return this;
    }

    /** Bytes that a list of nodes takes. */
    static long sizeOfNodes(List<Integer> nodes) {
        return Integer.BYTES * (1L + nodes.size());
    }

    /** Bytes that a list of records takes. */
    static long sizeOfRecords(List<byte[]> records) {
        long size = Integer.BYTES;
        for (byte[] record : records) {
            size += Integer.BYTES + record.length;
        }
        return size;
    }

    /** Ends the frame that was begun. */
    FrameWriter end() {
        int bodyStart = frameStart + OVERHEAD;
        int length = buffer.position() - bodyStart;
        crc.reset();
        crc.update(buffer.slice(bodyStart, length));
        int bodyCrc = (int) crc.getValue();
        buffer.putInt(frameStart, MARKER);
        buffer.putInt(frameStart + 4, length);
        buffer.putInt(frameStart + 8, bodyCrc);
        buffer.putInt(frameStart + 12, check(crc, filePosition + frameStart, length, bodyCrc));
        return this;
    }

    /** Bytes gathered so far. */
    int size() {
        return buffer.position();
    }

    /** What was gathered, to be written at once; valid until the next call. */
    ByteBuffer gathered() {
        return buffer.duplicate().flip();
    }

    /** The check of a frame's first three numbers and its position. */
    static int check(CRC32C crc, long position, int length, int bodyCrc) {
        ByteBuffer head = ByteBuffer.allocate(20);
        head.putLong(position).putInt(MARKER).putInt(length).putInt(bodyCrc).flip();
        crc.reset();
        crc.update(head);
        return (int) crc.getValue();
    }

    private void reserve(long more) {
        long wanted = buffer.position() + more;
        if (wanted <= buffer.capacity()) {
            return;
        }
        ByteBuffer larger =
                ByteBuffer.allocate(
                        Math.toIntExact(
                                Math.max(
                                        wanted,
                                        Math.min(2L * buffer.capacity(), Integer.MAX_VALUE - 8))));
        buffer = larger.put(buffer.flip());
    }
}
