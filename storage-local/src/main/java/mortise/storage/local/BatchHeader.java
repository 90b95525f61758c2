package mortise.storage.local;

import java.nio.ByteBuffer;

/**
 * Where the fields of a record batch header lie (Kafka's magic 2), and what a sane one satisfies.
 */
final class BatchHeader {
    /** The whole header; the records follow. */
    static final int BYTES = 61;

    /** The bytes that batchLength does not count: base offset and batchLength itself. */
    static final int PREFIX_BYTES = 12;

    /** Where the CRC's cover begins. */
    static final int CRC_FROM = 21;

    private static final int LENGTH = 8;
    private static final int LEADER_EPOCH = 12;
    private static final int MAGIC = 16;
    private static final int CRC = 17;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int MAX_TIMESTAMP = 35;
    private static final byte MAGIC_2 = 2;

    private BatchHeader() {}

    static long baseOffset(ByteBuffer buffer, int at) {
        return buffer.getLong(at);
    }

    /** The batch's size with its prefix; as a long, for it may be nonsense. */
    static long size(ByteBuffer buffer, int at) {
        return (long) buffer.getInt(at + LENGTH) + PREFIX_BYTES;
    }

    static int leaderEpoch(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LEADER_EPOCH);
    }

    static int crc(ByteBuffer buffer, int at) {
        return buffer.getInt(at + CRC);
    }

    static long lastOffset(ByteBuffer buffer, int at) {
        return buffer.getLong(at) + buffer.getInt(at + LAST_OFFSET_DELTA);
    }

    static long maxTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + MAX_TIMESTAMP);
    }

    /** Whether the length field is zero: preallocated space that was never written. */
    static boolean isVoid(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LENGTH) == 0;
    }

    /** Whether the bytes can be a header at all. */
    static boolean isPlausible(ByteBuffer buffer, int at) {
        return buffer.get(at + MAGIC) == MAGIC_2
                && buffer.getInt(at + LENGTH) >= BYTES - PREFIX_BYTES
                && buffer.getLong(at) >= 0
                && buffer.getInt(at + LAST_OFFSET_DELTA) >= 0
                && lastOffset(buffer, at) >= 0;
    }
}
