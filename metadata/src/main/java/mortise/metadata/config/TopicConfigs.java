package mortise.metadata.config;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;

/**
 * All topic configurations of Apache Kafka 4.4, by name. What each accepts is Kafka's; what this
 * broker cannot serve is refused with the reason.
 */
public final class TopicConfigs {
    private static final Map<String, TopicConfig<?>> BY_NAME =
            index(
                    Stream.of(
                                    RetentionConfigs.ALL,
                                    SegmentConfigs.ALL,
                                    MessageConfigs.ALL,
                                    ReplicationConfigs.ALL,
                                    TierConfigs.ALL)
                            .<TopicConfig<?>>flatMap(List::stream)
                            .sorted(Comparator.comparing(TopicConfig::name))
                            .toList());

    /** The broker's keys that give topics their defaults. */
    public static final ConfigSchema DEFAULTS_SCHEMA =
            ConfigSchema.of(
                    BY_NAME.values().stream()
                            .flatMap(config -> config.brokerKey().stream())
                            .<ConfigKey<?>>map(key -> key)
                            .toList());

    private static final Map<String, TopicConfig<?>> BY_BROKER_KEY = indexByBrokerKey();

    private TopicConfigs() {}

    /** All of them, by name. */
    public static Collection<TopicConfig<?>> all() {
        return BY_NAME.values();
    }

    /** The configuration of this name. */
    public static Optional<TopicConfig<?>> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The configuration whose default this key of the broker is. */
    public static Optional<TopicConfig<?>> defaultedBy(ConfigKey<?> brokerKey) {
        return Optional.ofNullable(BY_BROKER_KEY.get(brokerKey.name()));
    }

    private static Map<String, TopicConfig<?>> index(List<TopicConfig<?>> configs) {
        Map<String, TopicConfig<?>> byName = new LinkedHashMap<>();
        configs.forEach(config -> byName.put(config.name(), config));
        return Collections.unmodifiableMap(byName);
    }

    private static Map<String, TopicConfig<?>> indexByBrokerKey() {
        Map<String, TopicConfig<?>> byKey = new LinkedHashMap<>();
        BY_NAME.values()
                .forEach(config ->
                        config.brokerKey().ifPresent(key -> byKey.put(key.name(), config)));
        return Collections.unmodifiableMap(byKey);
    }
}
