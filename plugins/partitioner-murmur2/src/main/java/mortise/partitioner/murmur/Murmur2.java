package mortise.partitioner.murmur;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The 32-bit MurmurHash2 (Austin Appleby) with the seed that Kafka's Java client uses, so that a
 * key goes to the same partition whichever of the two sends it.
 */
final class Murmur2 {
    private static final int SEED = 0x9747b28c;
    private static final int MULTIPLIER = 0x5bd1e995;
    private static final int SHIFT = 24;

    private Murmur2() {}

    /** The hash of a key, whose position stays where it is. */
    static int hash(ByteBuffer key) {
        ByteBuffer bytes = key.slice().order(ByteOrder.LITTLE_ENDIAN);
        int hash = SEED ^ bytes.remaining();
        while (bytes.remaining() >= Integer.BYTES) {
            int word = bytes.getInt() * MULTIPLIER;
            word = (word ^ (word >>> SHIFT)) * MULTIPLIER;
            hash = (hash * MULTIPLIER) ^ word;
        }
        if (bytes.hasRemaining()) {
            for (int shift = 0; bytes.hasRemaining(); shift += Byte.SIZE) {
                hash ^= (bytes.get() & 0xff) << shift;
            }
            hash *= MULTIPLIER;
        }
        hash = (hash ^ (hash >>> 13)) * MULTIPLIER;
        return hash ^ (hash >>> 15);
    }
}
