package mortise.wire;

/** Sizes of unsigned variable-length integers: seven bits a byte, lowest first. */
final class Varint {
    private Varint() {}

    static int sizeOf(int value) {
        int bits = 32 - Integer.numberOfLeadingZeros(value | 1);
        return (bits + 6) / 7;
    }
}
