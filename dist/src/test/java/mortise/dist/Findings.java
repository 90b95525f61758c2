package mortise.dist;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was found to be wrong, by kind: the first of each in words, the others counted. */
final class Findings {
    private static final int WORDED = 5;

    private final Map<String, Integer> counts = new TreeMap<>();
    private final Map<String, List<String>> words = new TreeMap<>();

    /**
     * Adds one.
     *
     * @param kind what it is, the same for all that are alike
     * @param words what exactly was met
     */
    synchronized void add(String kind, String words) {
        if (counts.merge(kind, 1, Integer::sum) <= WORDED) {
            this.words.computeIfAbsent(kind, none -> new ArrayList<>()).add(words);
        }
    }

    synchronized boolean none() {
        return counts.isEmpty();
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder();
        counts.forEach((kind, count) -> {
            text.append(kind).append(": ").append(count).append('\n');
            words.getOrDefault(kind, List.of())
                    .forEach(each -> text.append("    ").append(each).append('\n'));
            if (count > WORDED) {
                text.append("    and ").append(count - WORDED).append(" more\n");
            }
        });
        return text.toString();
    }
}
