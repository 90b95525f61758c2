package mortise.record;

/**
 * The compression levels of a codec: a range, and the one used unless somebody asks, which may lie
 * outside it (gzip's -1 leaves the choice to the library).
 */
public record CodecLevels(int lowest, int standard, int highest) {
    /** The levels of a codec that has none: nothing but 0. */
    public static final CodecLevels SINGLE = new CodecLevels(0, 0, 0);

    public CodecLevels {
        if (lowest > highest) {
            throw new IllegalArgumentException(
                    "codec levels from " + lowest + " to " + highest + " are no range");
        }
    }

    /** Whether this level exists. */
    public boolean contains(int level) {
        return level == standard || (level >= lowest && level <= highest);
    }

    /**
     * Insists on a level.
     *
     * @throws IllegalArgumentException naming the levels there are
     */
    public int require(String codec, int level) {
        if (!contains(level)) {
            throw new IllegalArgumentException(
                    codec
                            + " has no compression level "
                            + level
                            + "; use "
                            + lowest
                            + " to "
                            + highest
                            + ", or "
                            + standard
                            + " for the standard one");
        }
        return level;
    }
}
