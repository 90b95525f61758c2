package mortise.junit.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/** The keys under which a broker says what it is. */
public enum StatusKey {
    CLUSTER_ID,
    NODE_ID,
    /** Missing if the broker has none. */
    DATA_DIRECTORY,
    DURABILITY,
    TOPICS,
    PARTITIONS,
    START_NANOS,
    /** One entry for each listener: the key, a dot, and the listener's name. */
    LISTENER,
    /** One entry for each exporter that can be reached. */
    EXPORTER,
    /** One entry for each counter and gauge. */
    METRIC;

    /** The key of what there may be several of. */
    public String of(String name) {
        return name() + "." + name;
    }

    /** What there are several of, by name. */
    public Map<String, String> all(Map<String, String> status) {
        String prefix = of("");
        Map<String, String> found = new LinkedHashMap<>();
        status.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }
}
