package mortise.storage.local;

/**
 * Position tokens: the ordinal of a segment above, the byte position in it below. They compare like
 * the borders that they stand for, for ordinals are never given twice to different places.
 */
final class Tokens {
    private Tokens() {}

    static long of(int ordinal, int position) {
        return ((long) ordinal << 32) | position;
    }

    static int ordinal(long token) {
        return (int) (token >>> 32);
    }

    static int position(long token) {
        return (int) token;
    }
}
