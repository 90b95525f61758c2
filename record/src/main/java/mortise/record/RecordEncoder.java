package mortise.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bytes of one record: their number first, then themselves. */
final class RecordEncoder {
    private static final int ATTRIBUTES_BYTES = 1;
    private static final int NULL_BYTES = 1;

    private RecordEncoder() {}

    /** Bytes of a record without the length in front of it. */
    static int bodySize(long timestampDelta, int offsetDelta, Record record) {
        long size = ATTRIBUTES_BYTES;
        size += Varint.sizeOfLong(timestampDelta) + Varint.sizeOfInt(offsetDelta);
        size += sizeOf(record.key()) + sizeOf(record.value());
        List<RecordHeader> headers = record.headers();
        size += Varint.sizeOfInt(headers.size());
        for (RecordHeader header : headers) {
            int keyBytes = utf8(header.key()).length;
            size += Varint.sizeOfInt(keyBytes) + keyBytes + sizeOf(header.value());
        }
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "building a record batch: a record of "
                            + size
                            + " bytes has too many for an int");
        }
        return (int) size;
    }

    /** Writes a record with its length; key and value keep their positions. */
    static void encode(
            ByteBuffer target, int bodySize, long timestampDelta, int offsetDelta, Record record) {
        Varint.putInt(target, bodySize);
        target.put((byte) 0);
        Varint.putLong(target, timestampDelta);
        Varint.putInt(target, offsetDelta);
        put(target, record.key());
        put(target, record.value());
        Varint.putInt(target, record.headers().size());
        for (RecordHeader header : record.headers()) {
            byte[] key = utf8(header.key());
            Varint.putInt(target, key.length);
            target.put(key);
            put(target, header.value());
        }
    }

    private static long sizeOf(@Nullable ByteBuffer bytes) {
        return bytes == null
                ? NULL_BYTES
                : Varint.sizeOfInt(bytes.remaining()) + (long) bytes.remaining();
    }

    private static void put(ByteBuffer target, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            Varint.putInt(target, -1);
            return;
        }
        int length = bytes.remaining();
        Varint.putInt(target, length);
        target.put(target.position(), bytes, bytes.position(), length);
        target.position(target.position() + length);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
