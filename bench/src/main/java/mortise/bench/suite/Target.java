package mortise.bench.suite;

import java.util.Locale;
import mortise.bench.workload.UsageException;

/**
 * What a ratio is to be.
 *
 * @param atLeast whether it is a least value, else it is a most one
 */
record Target(boolean atLeast, double bound) {
    static Target parse(String text) {
        String plain = text.strip();
        try {
            if (plain.startsWith(">=") || plain.startsWith("<=")) {
                return new Target(
                        plain.startsWith(">="), Double.parseDouble(plain.substring(2).strip()));
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
        return String.format(Locale.ROOT, "%s %s×", atLeast ? "≥" : "≤", plain());
    }

    private String plain() {
        return bound == Math.rint(bound)
                ? String.format(Locale.ROOT, "%.0f", bound)
                : Double.toString(bound);
    }

    /** As a file has it. */
    String text() {
        return (atLeast ? ">= " : "<= ") + plain();
    }
}
