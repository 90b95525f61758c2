package mortise.metadata.controller;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.metadata.ClusterImage;
import mortise.metadata.TopicImage;
import mortise.metadata.TopicNames;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.ConfigKind;
import mortise.metadata.config.ConfigResource;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.config.StoreTraits;
import mortise.metadata.config.TopicConfig;
import mortise.metadata.config.TopicConfigs;
import mortise.metadata.controller.ControllerCommand.AlterConfigs;
import mortise.metadata.controller.ControllerCommand.ConfigAlteration;
import mortise.metadata.controller.ControllerCommand.ConfigChange;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.metadata.record.ConfigRecord;
import mortise.metadata.record.MetadataRecord;
import org.jspecify.annotations.Nullable;

/** Decides changes of configurations; a part of the controller, and as pure. */
final class ConfigAlterations {
    private static final byte BROKER_LOGGER = 8;
    private static final byte CLIENT_METRICS = 16;
    private static final byte GROUP = 32;

    /** Longer names are not compared with the known ones, which takes its time. */
    private static final int LONGEST_GUESSED = 100;

    private static final ConfigSchema TOPIC_NAMES =
            ConfigSchema.of(
                    TopicConfigs.all().stream()
                            .<ConfigKey<?>>map(config ->
                                    ConfigKey.of(config.name(), ConfigType.STRING, config.doc()))
                            .toList());

    private final BrokerConfigs configs;
    private final int maxLength;

    /**
     * Alterations of what this broker knows.
     *
     * @param maxLength the longest text of a value
     */
    ConfigAlterations(BrokerConfigs configs, int maxLength) {
        this.configs = configs;
        this.maxLength = maxLength;
    }

    /** The checked configuration of a topic to be created. */
    Map<String, String> initialConfigs(NewTopic topic) {
        Map<String, String> values = new TreeMap<>();
        for (Map.Entry<String, @Nullable String> entry : topic.configs().entrySet()) {
            String value = requireValue(entry.getKey(), entry.getValue(), ErrorCode.INVALID_CONFIG);
            values.put(entry.getKey(), checkedTopicValue(entry.getKey(), value));
        }
        return values;
    }

    Decision<List<Verdict>> decide(ClusterImage state, AlterConfigs command) {
        List<MetadataRecord> records = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (ConfigAlteration alteration : command.resources()) {
            try {
                records.addAll(alter(state, alteration));
                verdicts.add(Verdict.ACCEPTED);
            } catch (RefusedException refused) {
                verdicts.add(Verdict.of(refused));
            }
        }
        return new Decision<>(command.validateOnly() ? List.of() : records, verdicts);
    }

    private List<MetadataRecord> alter(ClusterImage state, ConfigAlteration alteration) {
        if (alteration.resourceType() == ConfigResource.TOPIC.code()) {
            return alterTopic(state, alteration);
        }
        if (alteration.resourceType() == ConfigResource.BROKER.code()) {
            return alterBroker(state, alteration);
        }
        throw new RefusedException(
                ErrorCode.INVALID_REQUEST,
                switch (alteration.resourceType()) {
                    case BROKER_LOGGER ->
                            "Log levels of a broker are not served; set them in the broker's logging configuration.";
                    case CLIENT_METRICS ->
                            "Client metrics subscriptions are not served by this broker.";
                    case GROUP -> "Group configurations are not served by this broker.";
                    default ->
                            "Resource type "
                                    + alteration.resourceType()
                                    + " has no configuration; use topic (2) or broker (4).";
                });
    }

    private List<MetadataRecord> alterTopic(ClusterImage state, ConfigAlteration alteration) {
        if (alteration.resourceName().isEmpty()) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST,
                    "There are no defaults of all topics; alter those of all brokers.");
        }
        String problem = TopicNames.problem(alteration.resourceName());
        if (problem != null) {
            throw new RefusedException(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        TopicImage topic = state.topic(alteration.resourceName());
        if (topic == null) {
            throw new RefusedException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "The topic '" + alteration.resourceName() + "' does not exist.");
        }
        return records(
                ConfigResource.TOPIC,
                alteration,
                topic.configs(),
                new Rules() {
                    @Override
                    public boolean knows(String name) {
                        return TopicConfigs.find(name).isPresent();
                    }

                    @Override
                    public String name(String name) {
                        return topicConfig(name).name();
                    }

                    @Override
                    public ConfigKind kind(String name) {
                        return topicConfig(name).kind();
                    }

                    @Override
                    public String inherited(String name) {
                        return inheritedText(topicConfig(name), state);
                    }

                    @Override
                    public String checked(String name, String value) {
                        return checkedTopicValue(name, value);
                    }
                });
    }

    private <T> String inheritedText(TopicConfig<T> config, ClusterImage state) {
        return config.format(configs.value(config, Map.of(), state));
    }

    private static TopicConfig<?> topicConfig(String name) {
        return TopicConfigs.find(name)
                .orElseThrow(() ->
                        new RefusedException(
                                ErrorCode.INVALID_CONFIG,
                                "Unknown topic config name: " + name + nearest(name)));
    }

    private static String nearest(String name) {
        if (name.length() > LONGEST_GUESSED) {
            return "";
        }
        List<String> near = TOPIC_NAMES.nearest(name);
        return near.isEmpty() ? "" : "; did you mean " + String.join(", ", near) + "?";
    }

    private String checkedTopicValue(String name, String value) {
        TopicConfig<?> config = topicConfig(name);
        checkLength(ErrorCode.INVALID_CONFIG, name, value);
        String problem = config.problem(value, store());
        if (problem != null) {
            throw invalid(ErrorCode.INVALID_CONFIG, name, problem);
        }
        return config.canonical(value);
    }

    private void checkLength(ErrorCode error, String name, String value) {
        if (value.length() > maxLength) {
            throw invalid(
                    error,
                    name,
                    "it would have "
                            + value.length()
                            + " characters; at most "
                            + maxLength
                            + " are accepted ("
                            + MetadataSettings.MAX_CONFIG_LENGTH.name()
                            + ")");
        }
    }

    private StoreTraits store() {
        return configs.store();
    }

    private List<MetadataRecord> alterBroker(ClusterImage state, ConfigAlteration alteration) {
        String resource = alteration.resourceName();
        if (!resource.equals(BrokerConfigs.ALL) && !isRegistered(state, resource)) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST,
                    "Unexpected broker id, expected one of "
                            + state.brokers().keySet()
                            + " or empty string, but received "
                            + resource);
        }
        return records(
                ConfigResource.BROKER,
                alteration,
                state.brokerConfigs(resource),
                new Rules() {
                    @Override
                    public boolean knows(String name) {
                        return configs.find(name).isPresent();
                    }

                    @Override
                    public String name(String name) {
                        return BrokerConfigs.shownName(brokerKey(name));
                    }

                    @Override
                    public ConfigKind kind(String name) {
                        ConfigKey<?> key = brokerKey(name);
                        return TopicConfigs.defaultedBy(key)
                                .<ConfigKind>map(TopicConfig::kind)
                                .orElseGet(() -> ConfigKind.of(key));
                    }

                    @Override
                    public String inherited(String name) {
                        return inheritedText(brokerKey(name), state);
                    }

                    @Override
                    public String checked(String name, String value) {
                        ConfigKey<?> key = brokerKey(name);
                        checkLength(ErrorCode.INVALID_REQUEST, name, value);
                        String problem = configs.problem(key, value);
                        if (problem != null) {
                            throw invalid(ErrorCode.INVALID_REQUEST, name, problem);
                        }
                        return TopicConfigs.defaultedBy(key)
                                .<String>map(config -> config.canonical(value))
                                .orElseGet(value::strip);
                    }
                });
    }

    private <T> String inheritedText(ConfigKey<T> key, ClusterImage state) {
        return key.type().format(configs.value(key, state));
    }

    private static boolean isRegistered(ClusterImage state, String resource) {
        try {
            return state.brokers().containsKey(Integer.valueOf(resource));
        } catch (NumberFormatException noNumber) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST,
                    "Broker id must be an integer, but it is: " + resource);
        }
    }

    private ConfigKey<?> brokerKey(String name) {
        Optional<ConfigKey<?>> key = configs.find(name);
        if (key.isEmpty()) {
            throw new RefusedException(
                    ErrorCode.INVALID_CONFIG,
                    "Unknown broker config name: "
                            + name
                            + "; describe the broker to see the names that this assembly has");
        }
        if (!key.get().reloadable()) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST,
                    "Cannot update this config dynamically: "
                            + name
                            + "; set it in the configuration of the broker as "
                            + key.get().name()
                            + " and start it again");
        }
        return key.get();
    }

    /** What differs between the configurations of topics and brokers. */
    private interface Rules {
        /**
         * Whether there is a configuration of this name. Unknown ones can be deleted: they are not
         * set.
         */
        boolean knows(String name);

        /** The name under which a value is kept; refuses names that there are not. */
        String name(String name);

        ConfigKind kind(String name);

        /** The text that counts when the resource itself sets nothing; lists grow from it. */
        String inherited(String name);

        /** The text as it is kept; refuses values that cannot be. */
        String checked(String name, String value);
    }

    private static List<MetadataRecord> records(
            ConfigResource type,
            ConfigAlteration alteration,
            Map<String, String> present,
            Rules rules) {
        Map<String, String> after = new TreeMap<>(alteration.replaceAll() ? Map.of() : present);
        Set<String> seen = new HashSet<>();
        for (ConfigChange change : alteration.changes()) {
            boolean gone = change.operation() == ConfigChange.DELETE && !rules.knows(change.name());
            String name = gone ? change.name() : rules.name(change.name());
            if (!seen.add(name)) {
                throw new RefusedException(
                        ErrorCode.INVALID_REQUEST,
                        "The config " + change.name() + " is changed twice in one request.");
            }
            apply(change, name, after, rules);
        }
        List<MetadataRecord> records = new ArrayList<>();
        present.keySet().stream()
                .filter(name -> !after.containsKey(name))
                .forEach(name -> records.add(record(type, alteration, name, null)));
        after.forEach((name, value) -> {
            if (!value.equals(present.get(name))) {
                records.add(record(type, alteration, name, value));
            }
        });
        return records;
    }

    private static void apply(
            ConfigChange change, String name, Map<String, String> after, Rules rules) {
        if (change.operation() == ConfigChange.DELETE) {
            after.remove(name);
            return;
        }
        if (change.operation() < ConfigChange.SET || change.operation() > ConfigChange.SUBTRACT) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST,
                    "Unknown operation type "
                            + change.operation()
                            + " for config "
                            + change.name()
                            + "; use set (0), delete (1), append (2) or subtract (3)");
        }
        String value = requireValue(change.name(), change.value(), ErrorCode.INVALID_REQUEST);
        if (change.operation() == ConfigChange.SET) {
            after.put(name, rules.checked(change.name(), value));
            return;
        }
        if (rules.kind(change.name()) != ConfigKind.LIST) {
            throw new RefusedException(
                    ErrorCode.INVALID_CONFIG,
                    "Can't append to or subtract from config "
                            + change.name()
                            + " because its type is not LIST.");
        }
        Set<String> elements =
                new LinkedHashSet<>(
                        elements(after.getOrDefault(name, rules.inherited(change.name()))));
        if (change.operation() == ConfigChange.APPEND) {
            elements.addAll(elements(value));
        } else {
            elements.removeAll(elements(value));
        }
        after.put(name, rules.checked(change.name(), String.join(",", elements)));
    }

    private static List<String> elements(String text) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }

    private static String requireValue(String name, @Nullable String value, ErrorCode error) {
        if (value == null) {
            throw new RefusedException(
                    error, "Null value not supported for config " + name + "; delete it instead");
        }
        return value;
    }

    private static RefusedException invalid(ErrorCode error, String name, String problem) {
        return new RefusedException(
                error, "Invalid value for configuration " + name + ": " + problem);
    }

    private static ConfigRecord record(
            ConfigResource type, ConfigAlteration alteration, String name, @Nullable String value) {
        return new ConfigRecord()
                .resourceType(type.code())
                .resourceName(alteration.resourceName())
                .name(name)
                .value(value);
    }
}
