package mortise.bench.suite;

import java.util.Locale;
import mortise.bench.workload.UsageException;

/**
 * What a ratio is to be, or a system's figure alone.
 *
 * @param atLeast whether it is a least value, else it is a most one
 * @param isAlone whether it is of the first system's figure, else of its ratio to the second's
 */
record Target(boolean atLeast, double bound, boolean isAlone) {
    private static final String ALONE = " alone";

    /** What the first system's figure is to be at most. */
    static Target alone(double most) {
        return new Target(false, most, true);
    }

    static Target parse(String text) {
        boolean alone = text.strip().endsWith(ALONE);
        String plain = text.replace(ALONE, "").strip();
        try {
            if (plain.startsWith(">=") || plain.startsWith("<=")) {
                return new Target(
                        plain.startsWith(">="),
                        Double.parseDouble(plain.substring(2).strip()),
                        alone);
            }
        } catch (NumberFormatException noNumber) {
            // said below
        }
        throw new UsageException("'" + text + "' is no target; write '>= 3' or '<= 0.5'");
    }

    boolean isMetBy(double value) {
        return atLeast ? value >= bound : value <= bound;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s %s%s", atLeast ? "≥" : "≤", plain(), isAlone ? "" : "×");
    }

    private String plain() {
        return bound == Math.rint(bound)
                ? String.format(Locale.ROOT, "%.0f", bound)
                : Double.toString(bound);
    }

    /** As a file has it. */
    String text() {
        return (atLeast ? ">= " : "<= ") + plain() + (isAlone ? ALONE : "");
    }
}
