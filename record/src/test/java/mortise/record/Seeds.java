package mortise.record;

import java.util.Random;

/** Runs a random test under seeds that are new in every build, and names the one that fails. */
public final class Seeds {
    private static final String PROPERTY = "mortise.seed";

    private Seeds() {}

    /** What one seed runs. */
    public interface Trial {
        void run(Random random) throws Exception;
    }

    /**
     * Runs {@code count} trials; one with the seed of the system property {@code mortise.seed}, if
     * that is set.
     */
    public static void run(int count, Trial trial) {
        Long only = Long.getLong(PROPERTY);
        Random seeds = new Random();
        for (int i = 0; i < (only == null ? count : 1); i++) {
            long seed = only == null ? seeds.nextLong() : only;
            try {
                trial.run(new Random(seed));
            } catch (Throwable failure) {
                throw new AssertionError("replay with -D" + PROPERTY + "=" + seed, failure);
            }
        }
    }
}
