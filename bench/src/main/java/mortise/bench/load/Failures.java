package mortise.bench.load;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What went wrong while a load ran: each kind once, by the first that was met, with how often.
 * Failures that differ in numbers only are of one kind. Thread-safe.
 */
final class Failures {
    private static final int KINDS = 20;
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    private static final class Kind {
        private final String first;
        private long count;

        Kind(String first) {
            this.first = first;
        }

        @Override
        public String toString() {
            return count == 1 ? first : first + " (" + count + " times)";
        }
    }

    synchronized void note(String what) {
        String kind = NUMBER.matcher(what).replaceAll("0");
        if (kinds.size() < KINDS || kinds.containsKey(kind)) {
            kinds.computeIfAbsent(kind, first -> new Kind(what)).count++;
        }
    }

    void note(String doing, Throwable failure) {
        note(doing + ": " + failure.getClass().getSimpleName() + ": " + failure.getMessage());
    }

    synchronized List<String> all() {
        return kinds.values().stream().map(Kind::toString).toList();
    }
}
