package mortise.bench.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What went wrong while a load ran: each kind once, with how often. Thread-safe. */
final class Failures {
    private static final int KINDS = 20;
    private final Map<String, Long> counts = new LinkedHashMap<>();

    synchronized void note(String what) {
        if (counts.size() < KINDS || counts.containsKey(what)) {
            counts.merge(what, 1L, Long::sum);
        }
    }

    void note(String doing, Throwable failure) {
        note(doing + ": " + failure.getClass().getSimpleName() + ": " + failure.getMessage());
    }

    synchronized List<String> all() {
        List<String> all = new ArrayList<>();
        counts.forEach(
                (what, count) -> all.add(count == 1 ? what : what + " (" + count + " times)"));
        return all;
    }
}
