package mortise.dist;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What texts and lists differ in, in few words: a failure shows no whole pages. */
final class Differences {
    private Differences() {}

    /** The first line in which two texts differ; empty if they are equal. */
    static String first(String wanted, String met) {
        List<String> left = List.of(wanted.split("\n", -1));
        List<String> right = List.of(met.split("\n", -1));
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            String wantedLine = i < left.size() ? left.get(i) : "(no more lines)";
            String metLine = i < right.size() ? right.get(i) : "(no more lines)";
            if (!wantedLine.equals(metLine)) {
                return String.format(
                        Locale.ROOT, "line %d is%n%s%ninstead of%n%s", i + 1, metLine, wantedLine);
            }
        }
        return "";
    }

    /** What only one of two lists has, and what one has more often. */
    static List<String> between(Collection<String> wanted, Collection<String> met) {
        List<String> missing = new ArrayList<>(wanted);
        met.forEach(missing::remove);
        List<String> surplus = new ArrayList<>(met);
        wanted.forEach(surplus::remove);
        List<String> all = new ArrayList<>();
        missing.forEach(each -> all.add("missing: " + each));
        surplus.forEach(each -> all.add("too much: " + each));
        return all;
    }
}
