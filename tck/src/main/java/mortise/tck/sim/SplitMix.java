package mortise.tck.sim;

/** The mixing step of SplitMix64 (Steele, Lea and Flood, 2014): scatters similar numbers. */
final class SplitMix {
    private SplitMix() {}

    static long of(long value) {
        long z = value + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }
}
