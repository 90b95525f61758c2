package mortise.tck.sim;

import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The seeds of one test.
 *
 * @param first the first seed
 * @param count how many follow each other, at least one
 */
record SeedRange(long first, int count) {
    static final String SEED = "mortise.seed";
    static final String SEEDS = "mortise.seeds";

    SeedRange {
        if (count < 1) {
            throw new IllegalArgumentException(
                    "a seeded test cannot run " + count + " times; give " + SEEDS + " at least 1");
        }
    }

    /** What the two properties make of a test that asks for {@code runs} seeds. */
    static SeedRange of(int runs, @Nullable String seed, @Nullable String seeds) {
        if (seeds != null) {
            return new SeedRange(
                    seed == null ? 0 : number(SEED, seed), Math.toIntExact(number(SEEDS, seeds)));
        }
        return seed == null ? new SeedRange(0, runs) : new SeedRange(number(SEED, seed), 1);
    }

    private static long number(String property, String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "-D" + property + "=" + text + " is not a whole number", e);
        }
    }

    LongStream stream() {
        return LongStream.range(first, first + count);
    }

    @Override
    public String toString() {
        return count == 1 ? "seed " + first : "seeds " + first + " to " + (first + count - 1);
    }
}
