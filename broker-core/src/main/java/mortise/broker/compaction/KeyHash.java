package mortise.broker.compaction;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/**
 * SipHash-2-4 with 128 bits of output and a random key (Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF", 2012): two keys of records that hash alike would make one of them vanish, so
 * nobody may be able to find two. Confined to one thread: the last hash is kept in fields.
 */
public final class KeyHash {
    private static final long V0 = 0x736f6d6570736575L;
    private static final long V1 = 0x646f72616e646f6dL ^ 0xee;
    private static final long V2 = 0x6c7967656e657261L;
    private static final long V3 = 0x7465646279746573L;

    private final long k0;
    private final long k1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long low;
    private long high;

    public KeyHash(RandomGenerator random) {
        this(random.nextLong(), random.nextLong());
    }

    KeyHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** Hashes what remains in a buffer, whose position stays. */
    void of(ByteBuffer key) {
        ByteBuffer bytes = key.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int length = bytes.remaining();
        v0 = V0 ^ k0;
        v1 = V1 ^ k1;
        v2 = V2 ^ k0;
        v3 = V3 ^ k1;
        while (bytes.remaining() >= Long.BYTES) {
            take(bytes.getLong());
        }
        long last = (long) length << 56;
        for (int shift = 0; bytes.hasRemaining(); shift += Byte.SIZE) {
            last |= (bytes.get() & 0xffL) << shift;
        }
        take(last);
        v2 ^= 0xee;
        rounds(4);
        low = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        rounds(4);
        high = v0 ^ v1 ^ v2 ^ v3;
    }

    private void take(long word) {
        v3 ^= word;
        rounds(2);
        v0 ^= word;
    }

    private void rounds(int count) {
        for (int round = 0; round < count; round++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }

    /** The first half of the last hash. */
    long low() {
        return low;
    }

    /** The second half of the last hash. */
    long high() {
        return high;
    }
}
