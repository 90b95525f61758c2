package mortise.api.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Values for the keys of one schema, parsed and checked. Immutable. */
public final class Config {
    private final ConfigSchema schema;
    private final Map<String, String> texts;
    private final Map<String, Object> values;

    private Config(ConfigSchema schema, Map<String, String> texts, Map<String, Object> values) {
        this.schema = schema;
        this.texts = texts;
        this.values = values;
    }

    /**
     * Reads values by name; names may be Kafka's.
     *
     * @throws ConfigException with every problem found: unknown names, texts that are no value,
     *     values out of bounds, one key set under both of its names
     */
    public static Config of(ConfigSchema schema, Map<String, String> raw) {
        List<ConfigProblem> problems = new ArrayList<>();
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, Object> values = new LinkedHashMap<>();
        raw.forEach((name, text) ->
                schema.find(name)
                        .ifPresentOrElse(
                                key -> {
                                    if (texts.put(key.name(), text) != null) {
                                        problems.add(
                                                new ConfigProblem(
                                                        name,
                                                        "is set twice, as "
                                                                + key.name()
                                                                + " and as "
                                                                + key.kafkaName().orElse(name)
                                                                + "; keep one"));
                                    }
                                    try {
                                        values.put(key.name(), key.parse(text));
                                    } catch (IllegalArgumentException refused) {
                                        problems.add(
                                                new ConfigProblem(
                                                        name,
                                                        String.valueOf(refused.getMessage())));
                                    }
                                },
                                () ->
                                        problems.add(
                                                ConfigProblem.unknown(
                                                        name, schema.nearest(name)))));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Config(schema, Map.copyOf(texts), Map.copyOf(values));
    }

    /** Nothing but defaults. */
    public static Config defaults(ConfigSchema schema) {
        return of(schema, Map.of());
    }

    /**
     * The value that was set, else the default.
     *
     * @throws NoSuchElementException if there is neither
     */
    public <T> T get(ConfigKey<T> key) {
        return find(key)
                .orElseThrow(() ->
                        new NoSuchElementException(key.name() + " is not set and has no default"));
    }

    /** The value that was set, else the default, else nothing. */
    @SuppressWarnings("unchecked")
    public <T> Optional<T> find(ConfigKey<T> key) {
        if (schema.find(key.name()).orElse(null) != key) {
            throw new IllegalArgumentException(key.name() + " is not a key of this schema");
        }
        Object value = values.get(key.name());
        return value == null ? key.defaultValue() : Optional.of((T) value);
    }

    /** Whether somebody set the key. */
    public boolean isSet(ConfigKey<?> key) {
        return texts.containsKey(key.name());
    }

    /** What was set, by our names, as text. */
    public Map<String, String> texts() {
        return texts;
    }

    /** These values as a smaller schema's, whose keys are all among this one's. */
    public Config restrictedTo(ConfigSchema part) {
        Map<String, String> own = new LinkedHashMap<>();
        texts.forEach((name, text) -> {
            if (part.find(name).isPresent()) {
                own.put(name, text);
            }
        });
        return of(part, own);
    }

    /** The schema that these values answer. */
    public ConfigSchema schema() {
        return schema;
    }
}
