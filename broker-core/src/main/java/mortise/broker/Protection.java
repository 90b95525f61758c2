package mortise.broker;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.spi.Capability;

/**
 * What protects records and clients in one configuration.
 *
 * @param values by guard; a guard that a version did not know is missing
 */
record Protection(Map<Guard, String> values) {
    Protection {
        values = Map.copyOf(values);
    }

    /**
     * Of a configuration.
     *
     * @param storage what the storage plugin can do with it
     * @param consensus what the consensus plugin can do with it
     */
    static Protection of(Config config, Set<Capability> storage, Set<Capability> consensus) {
        Map<Guard, String> values = new EnumMap<>(Guard.class);
        for (Guard guard : Guard.values()) {
            values.put(
                    guard,
                    switch (guard) {
                        case STORAGE -> durability(storage);
                        case CONSENSUS -> durability(consensus);
                        case AUTHORIZER,
                                DURABILITY,
                                FLUSH_MESSAGES,
                                FLUSH_MILLIS,
                                MIN_INSYNC_REPLICAS,
                                REPLICATION_FACTOR ->
                                text(config, guard.key());
                    });
        }
        return new Protection(values);
    }

    /** What a data directory remembers. */
    static Protection remembered(Map<String, String> texts) {
        Map<Guard, String> values = new EnumMap<>(Guard.class);
        texts.forEach((name, text) -> Guard.find(name).ifPresent(guard -> values.put(guard, text)));
        return new Protection(values);
    }

    private static String durability(Set<Capability> capabilities) {
        return capabilities.contains(Capability.DURABLE) ? Guard.DURABLE : Guard.NOT_DURABLE;
    }

    private static <T> String text(Config config, ConfigKey<T> key) {
        return key.type().format(config.get(key));
    }

    /** By the names of the keys. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        values.forEach((guard, value) -> texts.put(guard.key().name(), value));
        return texts;
    }

    /** The guards that protect less in another configuration than in this one. */
    List<Guard> loosenedIn(Protection now) {
        return List.of(Guard.values()).stream()
                .filter(guard -> {
                    String before = values.get(guard);
                    String after = now.values.get(guard);
                    return before != null && after != null && guard.isLoosened(before, after);
                })
                .toList();
    }
}
