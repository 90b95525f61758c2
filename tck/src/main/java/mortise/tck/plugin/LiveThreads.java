package mortise.tck.plugin;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The threads that are alive at one moment, to tell which came later. */
final class LiveThreads {
    private static final int PATIENCE_MILLIS = 2_000;

    private final Set<Thread> known = all();

    private static Set<Thread> all() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The names of threads that came later and are alive. */
    List<String> later() {
        return all().stream()
                .filter(thread -> !known.contains(thread))
                .map(Thread::getName)
                .sorted()
                .toList();
    }

    /** The names of threads that came later and do not end, though they are given time to. */
    List<String> laterForGood() throws InterruptedException {
        for (Thread thread : all()) {
            if (!known.contains(thread)) {
                thread.join(PATIENCE_MILLIS);
            }
        }
        return later();
    }
}
