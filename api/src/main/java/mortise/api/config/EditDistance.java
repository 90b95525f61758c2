package mortise.api.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The Levenshtein distance: how many single-character edits make one text into the other. */
public final class EditDistance {
    private static final int NEAREST = 3;

    private EditDistance() {}

    /** The known names nearest to an unknown one, best first, at most three. */
    public static List<String> nearest(String unknown, Collection<String> names) {
        int limit = Math.max(3, unknown.length() / 2);
        return names.stream()
                .filter(name ->
                        between(unknown, name) <= limit
                                || (unknown.length() > 3 && name.contains(unknown)))
                .sorted(
                        Comparator.comparingInt((String name) -> between(unknown, name))
                                .thenComparing(Comparator.naturalOrder()))
                .limit(NEAREST)
                .toList();
    }

    static int between(String left, String right) {
        int[] previous = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int[] current = new int[right.length() + 1];
            current[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int substitution =
                        previous[j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[right.length()];
    }
}
