package mortise.bench.workload;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How many records a second are sent.
 *
 * @param recordsPerSecond of all producers together; infinite for as many as are taken
 */
public record Rate(double recordsPerSecond) {
    /** As many as are taken. */
    public static final Rate MAXIMUM = new Rate(Double.POSITIVE_INFINITY);

    /** Whether there is no timeline: the next is sent when there is room for it. */
    public boolean isMaximum() {
        return Double.isInfinite(recordsPerSecond);
    }

    /** What is wrong with a text as a rate, or null. */
    static @Nullable String problem(String text) {
        try {
            parse(text);
            return null;
        } catch (IllegalArgumentException noRate) {
            return noRate.getMessage();
        }
    }

    static Rate parse(String text) {
        String plain = text.strip().replace("_", "").toLowerCase(Locale.ROOT);
        if (plain.equals("maximum")) {
            return MAXIMUM;
        }
        try {
            double value = Double.parseDouble(plain.replaceFirst("( ?records)?/s$", ""));
            if (value > 0 && !Double.isInfinite(value)) {
                return new Rate(value);
            }
        } catch (NumberFormatException noNumber) {
            // said below
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no rate; write records a second, such as 50000, or maximum");
    }

    @Override
    public String toString() {
        return isMaximum()
                ? "maximum"
                : String.format(Locale.ROOT, "%,.0f records/s", recordsPerSecond);
    }
}
