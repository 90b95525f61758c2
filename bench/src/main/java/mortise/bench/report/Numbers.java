package mortise.bench.report;

import java.util.Locale;

/** How numbers read: three digits are enough. */
public final class Numbers {
    private static final double WHOLE = 100;

    private Numbers() {}

    public static String of(double value) {
        if (!Double.isFinite(value)) {
            return "–";
        }
        double size = Math.abs(value);
        if (size >= WHOLE || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (size >= 10) {
            return String.format(Locale.ROOT, "%.1f", value);
        }
        return String.format(Locale.ROOT, size >= 1 ? "%.2f" : "%.3f", value);
    }

    /** A median with its range. */
    public static String of(Spread spread) {
        return spread.rounds() == 1
                ? of(spread.median())
                : of(spread.median()) + " (" + of(spread.least()) + "–" + of(spread.most()) + ")";
    }
}
