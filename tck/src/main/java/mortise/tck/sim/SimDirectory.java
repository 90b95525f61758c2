package mortise.tck.sim;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A directory: the names that a process sees, and those that the medium has. Confined to the disk's
 * lock.
 */
final class SimDirectory extends SimNode {
    private final SortedMap<String, SimNode> entries = new TreeMap<>();
    private final SortedMap<String, SimNode> onMedium = new TreeMap<>();

    SimDirectory(long id, long nowMillis) {
        super(id, nowMillis);
    }

    /** What a process sees. */
    SortedMap<String, SimNode> entries() {
        return entries;
    }

    /** What a crash leaves. */
    SortedMap<String, SimNode> onMedium() {
        return onMedium;
    }
}
