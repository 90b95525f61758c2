package mortise.record;

import java.nio.ByteBuffer;

/**
 * The variable-length integers of records: zigzag, then seven bits a byte, least significant first,
 * the top bit saying that more follow (Protocol Buffers' sint32 and sint64).
 */
final class Varint {
    /** Bytes of the longest 32-bit number. */
    static final int MAX_INT_BYTES = 5;

    /** Bytes of the longest 64-bit number. */
    static final int MAX_LONG_BYTES = 10;

    private Varint() {}

    static int sizeOfInt(int value) {
        int zigzag = (value << 1) ^ (value >> 31);
        return 1 + (31 - Integer.numberOfLeadingZeros(zigzag | 1)) / 7;
    }

    static int sizeOfLong(long value) {
        long zigzag = (value << 1) ^ (value >> 63);
        return 1 + (63 - Long.numberOfLeadingZeros(zigzag | 1)) / 7;
    }

    static void putInt(ByteBuffer target, int value) {
        int rest = (value << 1) ^ (value >> 31);
        while ((rest & ~0x7f) != 0) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    static void putLong(ByteBuffer target, long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            target.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    /**
     * Reads a 32-bit number.
     *
     * @throws java.nio.BufferUnderflowException if it goes on past the limit
     * @throws IllegalArgumentException if it goes on past five bytes
     */
    static int getInt(ByteBuffer source) {
        int result = 0;
        for (int shift = 0; shift < 7 * MAX_INT_BYTES; shift += 7) {
            byte next = source.get();
            result |= (next & 0x7f) << shift;
            if (next >= 0) {
                return (result >>> 1) ^ -(result & 1);
            }
        }
        throw new IllegalArgumentException("a varint of more than 5 bytes");
    }

    /**
     * Reads a 64-bit number.
     *
     * @throws java.nio.BufferUnderflowException if it goes on past the limit
     * @throws IllegalArgumentException if it goes on past ten bytes
     */
    static long getLong(ByteBuffer source) {
        long result = 0;
        for (int shift = 0; shift < 7 * MAX_LONG_BYTES; shift += 7) {
            byte next = source.get();
            result |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return (result >>> 1) ^ -(result & 1);
            }
        }
        throw new IllegalArgumentException("a varint of more than 10 bytes");
    }
}
