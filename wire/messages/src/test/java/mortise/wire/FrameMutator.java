package mortise.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Damages frames the way networks, bugs and attackers do. */
final class FrameMutator {
    /** Lengths and counts that decoders get wrong. */
    private static final int[] EDGES = {
        -1,
        -2,
        0,
        1,
        2,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0x8000,
        0xffff,
        10_001,
        1_000_001,
        0x10_0000,
        0x7fff_ffff,
        0x8000_0000
    };

    private static final byte[][] VARINT_EDGES = {
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f},
        {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x01},
        {(byte) 0xff, (byte) 0xff, 0x3f},
        {(byte) 0xc0, (byte) 0x84, 0x3d},
        {(byte) 0x80, 0x00},
        {(byte) 0xff, 0x7f},
        {0x00},
        {0x01},
        {0x7f}
    };

    private final RandomGenerator random;

    FrameMutator(RandomGenerator random) {
        this.random = random;
    }

    /**
     * A damaged copy. Usually the first bytes are spared, so that the damage is met in the body.
     *
     * @param other another frame, a piece of which may be spliced in
     */
    byte[] mutate(byte[] frame, int spare, byte[] other) {
        byte[] damaged = frame.clone();
        int from = random.nextInt(8) == 0 ? 0 : Math.min(spare, frame.length);
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            damaged = once(damaged, Math.min(from, damaged.length), other);
        }
        return damaged;
    }

    private byte[] once(byte[] frame, int from, byte[] other) {
        if (frame.length == from) {
            return insert(frame, from, bytes(1 + random.nextInt(8)));
        }
        int at = random.nextInt(from, frame.length);
        return switch (random.nextInt(9)) {
            case 0 ->
                    overwrite(frame, at, new byte[] {(byte) (frame[at] ^ 1 << random.nextInt(8))});
            case 1 -> overwrite(frame, at, bytes(1));
            case 2 -> overwrite(frame, at, edge());
            case 3 -> overwrite(frame, at, VARINT_EDGES[random.nextInt(VARINT_EDGES.length)]);
            case 4 -> Arrays.copyOf(frame, at);
            case 5 -> insert(frame, at, bytes(1 + random.nextInt(16)));
            case 6 -> delete(frame, at, 1 + random.nextInt(8));
            case 7 -> insert(frame, at, piece(other));
            default -> overwrite(frame, at, piece(other));
        };
    }

    /** Two or four bytes, since lengths of strings have two. */
    private byte[] edge() {
        int value = EDGES[random.nextInt(EDGES.length)];
        return random.nextBoolean()
                ? ByteBuffer.allocate(4).putInt(value).array()
                : ByteBuffer.allocate(2).putShort((short) value).array();
    }

    private byte[] piece(byte[] other) {
        int from = random.nextInt(other.length);
        return Arrays.copyOfRange(
                other, from, Math.min(other.length, from + 1 + random.nextInt(32)));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] overwrite(byte[] frame, int at, byte[] bytes) {
        System.arraycopy(bytes, 0, frame, at, Math.min(bytes.length, frame.length - at));
        return frame;
    }

    private static byte[] insert(byte[] frame, int at, byte[] bytes) {
        byte[] longer = Arrays.copyOf(frame, frame.length + bytes.length);
        System.arraycopy(frame, at, longer, at + bytes.length, frame.length - at);
        System.arraycopy(bytes, 0, longer, at, bytes.length);
        return longer;
    }

    private static byte[] delete(byte[] frame, int at, int count) {
        int removed = Math.min(count, frame.length - at);
        byte[] shorter = Arrays.copyOf(frame, frame.length - removed);
        System.arraycopy(frame, at + removed, shorter, at, frame.length - at - removed);
        return shorter;
    }
}
