package mortise.api.metrics;

import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The labels of a family of metrics and how many combinations of values it may have.
 *
 * @param names lower case with underscores; at least one
 * @param bound how many combinations are kept apart; at least one
 */
public record Labels(List<String> names, int bound) {
    /** The value that stands for every combination beyond the bound. */
    public static final String OTHER = "other";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");

    public Labels {
        names = List.copyOf(names);
        if (names.isEmpty() || new HashSet<>(names).size() < names.size()) {
            throw new IllegalArgumentException("labels " + names + ": want distinct names");
        }
        for (String name : names) {
            if (!NAME.matcher(name).matches() || name.equals("le") || name.equals("quantile")) {
                throw new IllegalArgumentException(
                        "label '"
                                + name
                                + "': want lower case with underscores, and neither le nor quantile");
            }
        }
        if (bound < 1) {
            throw new IllegalArgumentException("a bound of " + bound + " labels; want at least 1");
        }
    }

    /** Labels of these names. */
    public static Labels of(int bound, String... names) {
        return new Labels(List.of(names), bound);
    }
}
