package mortise.metadata.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.api.DataSize;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of this broker and of the topics on it: what was set while it ran, for it or
 * for all brokers, over what was set at its start, over the defaults. Immutable.
 */
public final class BrokerConfigs {
    /** The resource that stands for all brokers. */
    public static final String ALL = "";

    private final String self;
    private final Config atStart;
    private final StoreTraits store;

    /**
     * The configuration of this broker.
     *
     * @param atStart everything that was read at the start, of all concerns
     * @throws ConfigException if it sets a default for topics that the store cannot serve
     */
    public BrokerConfigs(int nodeId, Config atStart, StoreTraits store) {
        this.self = Integer.toString(nodeId);
        this.atStart = atStart;
        this.store = store;
        List<ConfigProblem> problems = new ArrayList<>();
        for (ConfigKey<?> key : TopicConfigs.DEFAULTS_SCHEMA.keys()) {
            String text = atStart.texts().get(key.name());
            String problem = text == null ? null : problem(key, text);
            if (problem != null) {
                problems.add(new ConfigProblem(key.name(), problem));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** This broker's ID as a resource. */
    public String self() {
        return self;
    }

    /** What the store can do. */
    public StoreTraits store() {
        return store;
    }

    /** The key of this name, Kafka's or ours. */
    public Optional<ConfigKey<?>> find(String name) {
        return atStart.schema().find(name);
    }

    /** The name under which clients see a key. */
    public static String shownName(ConfigKey<?> key) {
        return key.kafkaName().orElse(key.name());
    }

    /** What is wrong with setting a key to a text; null if nothing is. */
    public @Nullable String problem(ConfigKey<?> key, String text) {
        Optional<TopicConfig<?>> defaulted = TopicConfigs.defaultedBy(key);
        if (defaulted.isPresent()) {
            return defaulted.get().problem(text, store);
        }
        try {
            key.parse(text);
            return null;
        } catch (IllegalArgumentException refused) {
            return refused.getMessage();
        }
    }

    /** What counts for a key of this broker. */
    public <T> T value(ConfigKey<T> key, DynamicConfigs dynamic) {
        for (String resource : List.of(self, ALL)) {
            String text = dynamic.brokerConfigs(resource).get(shownName(key));
            if (text != null && problem(key, text) == null) {
                return key.parse(text);
            }
        }
        return atStart.get(key);
    }

    /** What counts for a configuration of a topic. */
    public <T> T value(TopicConfig<T> config, Map<String, String> ofTopic, DynamicConfigs dynamic) {
        String text = ofTopic.get(config.name());
        if (text != null) {
            return config.parse(text);
        }
        Optional<ConfigKey<T>> key = config.brokerKey();
        // Read again under the topic's rule: it strips blanks and repetitions, which the broker's
        // key keeps.
        return key.isPresent()
                ? config.parse(config.format(value(key.get(), dynamic)))
                : config.defaultValue();
    }

    /** How many entries the description of a resource of this type has at most. */
    public int entryCount(byte resourceType) {
        return resourceType == ConfigResource.TOPIC.code()
                ? TopicConfigs.all().size()
                : atStart.schema().keys().size();
    }

    /** Everything about the configuration of a topic, by name. */
    public List<ConfigEntry> describeTopic(Map<String, String> ofTopic, DynamicConfigs dynamic) {
        List<ConfigEntry> entries = new ArrayList<>();
        for (TopicConfig<?> config : TopicConfigs.all()) {
            List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
            String text = ofTopic.get(config.name());
            if (text != null) {
                synonyms.add(new ConfigEntry.Synonym(config.name(), text, ConfigSource.TOPIC));
            }
            config.brokerKey().ifPresent(key -> addSynonyms(key, dynamic, synonyms));
            ConfigEntry.Synonym first =
                    synonyms.isEmpty()
                            ? new ConfigEntry.Synonym(
                                    config.name(), defaultText(config), ConfigSource.DEFAULT)
                            : synonyms.getFirst();
            entries.add(
                    new ConfigEntry(
                            config.name(),
                            first.value(),
                            first.source(),
                            false,
                            false,
                            synonyms,
                            config.kind(),
                            config.doc()));
        }
        entries.sort(Comparator.comparing(ConfigEntry::name));
        return entries;
    }

    private static <T> String defaultText(TopicConfig<T> config) {
        return config.format(config.defaultValue());
    }

    /** Everything about the configuration of this broker, by name. */
    public List<ConfigEntry> describeSelf(DynamicConfigs dynamic) {
        List<ConfigEntry> entries = new ArrayList<>();
        for (ConfigKey<?> key : atStart.schema().keys()) {
            List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
            addSynonyms(key, dynamic, synonyms);
            entries.add(entry(key, synonyms));
        }
        entries.sort(Comparator.comparing(ConfigEntry::name));
        return entries;
    }

    /** What was set for all brokers while they ran, by name. */
    public List<ConfigEntry> describeAllBrokers(DynamicConfigs dynamic) {
        List<ConfigEntry> entries = new ArrayList<>();
        dynamic.brokerConfigs(ALL)
                .forEach((name, text) ->
                        find(name)
                                .ifPresent(key -> {
                                    String shown = key.secret() ? null : text;
                                    entries.add(
                                            entry(
                                                    key,
                                                    List.of(
                                                            new ConfigEntry.Synonym(
                                                                    shownName(key),
                                                                    shown,
                                                                    ConfigSource.ALL_BROKERS))));
                                }));
        entries.sort(Comparator.comparing(ConfigEntry::name));
        return entries;
    }

    private static ConfigEntry entry(ConfigKey<?> key, List<ConfigEntry.Synonym> synonyms) {
        return new ConfigEntry(
                shownName(key),
                synonyms.isEmpty() ? null : synonyms.getFirst().value(),
                synonyms.isEmpty() ? ConfigSource.DEFAULT : synonyms.getFirst().source(),
                !key.reloadable(),
                key.secret(),
                synonyms,
                TopicConfigs.defaultedBy(key)
                        .<ConfigKind>map(TopicConfig::kind)
                        .orElseGet(() -> ConfigKind.of(key)),
                key.doc());
    }

    private void addSynonyms(
            ConfigKey<?> key, DynamicConfigs dynamic, Collection<ConfigEntry.Synonym> synonyms) {
        String name = shownName(key);
        String own = dynamic.brokerConfigs(self).get(name);
        if (own != null) {
            synonyms.add(new ConfigEntry.Synonym(name, shown(key, own), ConfigSource.BROKER));
        }
        String all = dynamic.brokerConfigs(ALL).get(name);
        if (all != null) {
            synonyms.add(new ConfigEntry.Synonym(name, shown(key, all), ConfigSource.ALL_BROKERS));
        }
        String start = atStart.texts().get(key.name());
        if (start != null) {
            synonyms.add(new ConfigEntry.Synonym(name, shown(key, start), ConfigSource.START));
        }
        String fallback = defaultText(key);
        if (fallback != null) {
            synonyms.add(new ConfigEntry.Synonym(name, fallback, ConfigSource.DEFAULT));
        }
    }

    /**
     * A value under Kafka's name has Kafka's form, whatever form it was written in; secrets have
     * none.
     */
    private static <T> @Nullable String shown(ConfigKey<T> key, String text) {
        if (key.secret()) {
            return null;
        }
        return TopicConfigs.defaultedBy(key).isPresent()
                ? text.strip()
                : format(key, key.parse(text));
    }

    private static <T> @Nullable String defaultText(ConfigKey<T> key) {
        return key.secret()
                ? null
                : key.defaultValue().map(value -> format(key, value)).orElse(null);
    }

    private static <T> String format(ConfigKey<T> key, T value) {
        if (key.kafkaName().isPresent() && value instanceof Duration duration) {
            return Long.toString(duration.toMillis());
        }
        if (key.kafkaName().isPresent() && value instanceof DataSize size) {
            return Long.toString(size.bytes());
        }
        return key.type().format(value);
    }
}
