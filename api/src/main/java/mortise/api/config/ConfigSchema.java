package mortise.api.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys that one concern reads, in the order in which its page lists them. Immutable.
 *
 * <p>The declaration of a key puts it into its schema:
 *
 * <pre>{@code
 * private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();
 *
 * static final ConfigKey<Integer> SHARDS =
 *         KEYS.add(ConfigKey.of("storage.mine.shards", ConfigType.INT, "Files per partition.")
 *                 .defaultsTo(4).between(1, 64));
 *
 * static final ConfigSchema SCHEMA = KEYS.build();
 * }</pre>
 */
public final class ConfigSchema {
    private static final ConfigSchema EMPTY = new ConfigSchema(Map.of(), Map.of());

    private final Map<String, ConfigKey<?>> byName;
    private final Map<String, ConfigKey<?>> byKafkaName;

    private ConfigSchema(Map<String, ConfigKey<?>> byName, Map<String, ConfigKey<?>> byKafkaName) {
        this.byName = byName;
        this.byKafkaName = byKafkaName;
    }

    /** No keys. */
    public static ConfigSchema empty() {
        return EMPTY;
    }

    /** These keys. */
    public static ConfigSchema of(ConfigKey<?>... keys) {
        return of(Arrays.asList(keys));
    }

    /**
     * These keys.
     *
     * @throws IllegalArgumentException if two keys share a name or a Kafka name
     */
    public static ConfigSchema of(Collection<ConfigKey<?>> keys) {
        Map<String, ConfigKey<?>> byName = new LinkedHashMap<>();
        Map<String, ConfigKey<?>> byKafkaName = new LinkedHashMap<>();
        for (ConfigKey<?> key : keys) {
            ConfigKey<?> other = byName.put(key.name(), key);
            if (other != null) {
                throw new IllegalArgumentException(
                        "two configuration keys are named " + key.name());
            }
            key.kafkaName()
                    .ifPresent(name -> {
                        if (byKafkaName.put(name, key) != null) {
                            throw new IllegalArgumentException(
                                    "two configuration keys stand for Kafka's " + name);
                        }
                    });
        }
        return new ConfigSchema(
                Collections.unmodifiableMap(byName), Collections.unmodifiableMap(byKafkaName));
    }

    /** Collects keys as they are declared. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The keys of a schema while they are declared, in the order of their declarations. For the
     * initialisation of one class; not thread-safe.
     */
    public static final class Builder {
        private final List<ConfigKey<?>> keys = new ArrayList<>();
        private boolean built;

        private Builder() {}

        /**
         * Adds a key, and gives it back to be a constant.
         *
         * @throws IllegalStateException if the schema has been built, which would lack the key
         */
        public <T> ConfigKey<T> add(ConfigKey<T> key) {
            if (built) {
                throw new IllegalStateException(
                        key.name() + " is declared below the schema that it belongs to");
            }
            keys.add(key);
            return key;
        }

        /**
         * The schema of all keys.
         *
         * @throws IllegalArgumentException if two keys share a name or a Kafka name
         */
        public ConfigSchema build() {
            built = true;
            return of(keys);
        }
    }

    /** The keys of this schema and those of another. */
    public ConfigSchema and(ConfigSchema other) {
        List<ConfigKey<?>> all = new ArrayList<>(byName.values());
        all.addAll(other.byName.values());
        return of(all);
    }

    /** All keys, in order. */
    public Collection<ConfigKey<?>> keys() {
        return byName.values();
    }

    /** The key of this name, or of this Kafka name. */
    public Optional<ConfigKey<?>> find(String name) {
        ConfigKey<?> key = byName.get(name);
        return Optional.ofNullable(key != null ? key : byKafkaName.get(name));
    }

    /** The known names nearest to an unknown one, best first, at most three. */
    public List<String> nearest(String unknown) {
        List<String> names = new ArrayList<>(byName.keySet());
        names.addAll(byKafkaName.keySet());
        return EditDistance.nearest(unknown, names);
    }
}
