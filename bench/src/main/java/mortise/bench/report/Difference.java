package mortise.bench.report;

import java.util.Locale;

/**
 * How one system differs from another in one figure.
 *
 * @param ratio of the medians
 * @param verdict whether that is more than chance
 */
public record Difference(double ratio, Verdict verdict) {
    /** Fewer rounds than this cannot tell a difference from chance. */
    private static final int ENOUGH_ROUNDS = 3;

    /** Whether a difference is to be believed. */
    public enum Verdict {
        /** No round of the one came out as any round of the other did. */
        CLEAR("clear"),
        /** The rounds of both overlap: the same systems may come out the other way round. */
        NOISE("within noise"),
        /** There were too few rounds to tell. */
        TOO_FEW("too few rounds to tell");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }
    }

    public static Difference between(Spread one, Spread other) {
        Verdict verdict;
        if (Math.min(one.rounds(), other.rounds()) < ENOUGH_ROUNDS) {
            verdict = Verdict.TOO_FEW;
        } else {
            verdict = one.isApartFrom(other) ? Verdict.CLEAR : Verdict.NOISE;
        }
        return new Difference(one.median() / other.median(), verdict);
    }

    public boolean isClear() {
        return verdict == Verdict.CLEAR;
    }

    /** Such as {@code 1.42×}. */
    public String times() {
        return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f×", ratio) : "–";
    }

    /** Such as {@code within noise}. */
    public String words() {
        return verdict.words;
    }
}
