package mortise.consensus.raft.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A frame's body after its kind, taken from front to back. Its checksum was right, so a body that
 * is not what its kind asks was written wrong; it is refused like damage. Lent until its reader is
 * used again.
 */
final class FrameBody {
    private final FrameReader reader;
    private final long position;
    private final ByteBuffer bytes;

    FrameBody(FrameReader reader, long position, ByteBuffer bytes) {
        this.reader = reader;
        this.position = position;
        this.bytes = bytes;
    }

    int takeInt() {
        require(Integer.BYTES);
        return bytes.getInt();
    }

    long takeLong() {
        require(Long.BYTES);
        return bytes.getLong();
    }

    /** Takes a list of at least one node. */
    List<Integer> takeNodes() {
        int count = takeInt();
        int most = bytes.remaining() / Integer.BYTES;
        if (count < 1 || count > most) {
            throw reader.damaged(position, "1 to " + most + " nodes", "" + count);
        }
        List<Integer> nodes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            nodes.add(takeInt());
        }
        return nodes;
    }

    /** Takes a list of records into arrays of their own. */
    List<byte[]> takeRecords() {
        int count = takeInt();
        int most = bytes.remaining() / Integer.BYTES;
        if (count < 0 || count > most) {
            throw reader.damaged(position, "0 to " + most + " records", "" + count);
        }
        List<byte[]> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int length = takeInt();
            require(length);
            byte[] record = new byte[length];
            bytes.get(record);
            records.add(record);
        }
        return records;
    }

    /** Refuses a body that is longer than what was taken from it. */
    void end() {
        if (bytes.hasRemaining()) {
            throw reader.damaged(
                    position, "the body's end", bytes.remaining() + " bytes more in it");
        }
    }

    /** Bytes that have not been taken. */
    int remaining() {
        return bytes.remaining();
    }

    private void require(int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw reader.damaged(
                    position,
                    "0 to " + bytes.remaining() + " bytes to the body's end",
                    "a length of " + length);
        }
    }
}
