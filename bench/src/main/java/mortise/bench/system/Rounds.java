package mortise.bench.system;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import mortise.bench.load.Outcome;

/**
 * How systems take turns: every other round the other way round, because what a system finds
 * (memory that the one before it gave back, a disk that still writes) depends on its place.
 */
public final class Rounds {
    /** A round that a busy machine spoilt is repeated so often, and counts then as it is. */
    private static final int REPEATS = 2;

    private Rounds() {}

    /** What is done to one system in one round. */
    @FunctionalInterface
    public interface Round {
        /**
         * Does it.
         *
         * @param title which round and which system, for people
         */
        void run(Subject subject, String title) throws IOException, InterruptedException;
    }

    /** A load on a fresh system. */
    @FunctionalInterface
    public interface Measurement {
        Outcome run(String title) throws IOException, InterruptedException;
    }

    /**
     * Has all systems take their turns.
     *
     * @param what is measured, for the rounds' titles; may be empty
     */
    public static void run(List<Subject> subjects, int rounds, String what, Round round)
            throws IOException, InterruptedException {
        for (int number = 1; number <= rounds; number++) {
            for (Subject subject : number % 2 == 1 ? subjects : subjects.reversed()) {
                String title =
                        String.format(
                                Locale.ROOT,
                                "%sround %d of %d, %s",
                                what.isEmpty() ? "" : what + ", ",
                                number,
                                rounds,
                                subject.name());
                round.run(subject, title);
            }
        }
    }

    /** Measures until other processes leave the machine alone, twice more at most. */
    public static Outcome unspoilt(String title, Measurement measurement)
            throws IOException, InterruptedException {
        Outcome outcome = measurement.run(title);
        for (int repeat = 1; repeat <= REPEATS && outcome.use().isSpoilt(); repeat++) {
            outcome = measurement.run(title + ", again");
        }
        return outcome;
    }
}
