package mortise.broker.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/**
 * Configuration values in layers: what was assembled, file, environment, {@code --set},
 * command-line flags; a later layer wins key by key. Names may be ours or Kafka's in every layer
 * but the environment.
 *
 * <p>In the environment a key is {@code MORTISE_} and its name in upper case, with {@code .} as
 * {@code __} and {@code -} as {@code _}: {@code net.max-request-bytes} is {@code
 * MORTISE_NET__MAX_REQUEST_BYTES}.
 *
 * <p>Confined to the thread that starts the broker.
 */
public final class ConfigLayers {
    /** Variables of the launcher and the JUnit extension, which are no configuration keys. */
    private static final List<String> LAUNCHER_VARIABLES =
            List.of("MORTISE_HOME", "MORTISE_JAVA_OPTIONS", "MORTISE_JUNIT_JDK");

    private static final String PREFIX = "MORTISE_";

    /** Keys of earlier versions, each with what took its place. */
    private static final Map<String, String> RETIRED =
            Map.of(
                    "runtime.blocking-tasks",
                    "is no longer a key: work that waits for disks is bounded by its purpose; set"
                            + " runtime.cold-reads, runtime.log-tasks, runtime.request-tasks or"
                            + " runtime.upkeep-tasks instead");

    private final List<Layer> layers = new ArrayList<>();

    /** How many layers at the bottom are what was assembled. */
    private int assembled;

    private record Layer(String origin, Map<String, String> values, boolean environment) {
        /** Whether it chooses this plugin, by kind and name. */
        boolean chooses(String qualified) {
            return values.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith("plugins."))
                    .anyMatch(entry ->
                            ConfigType.LIST.parse(entry.getValue()).stream()
                                    .map(name -> entry.getKey().substring(8) + "-" + name)
                                    .anyMatch(qualified::equals));
        }

        boolean sets(String name, ConfigKey<?> key) {
            return environment
                    ? environmentName(key).equals(name)
                    : key.name().equals(name) || key.kafkaName().filter(name::equals).isPresent();
        }
    }

    /**
     * Puts a layer on top.
     *
     * @param origin where the values come from, for messages: {@code mortise.yaml}, {@code --set}
     */
    public ConfigLayers add(String origin, Map<String, String> values) {
        layers.add(new Layer(origin, new LinkedHashMap<>(values), false));
        return this;
    }

    /**
     * Puts what the broker was assembled with below everything else.
     *
     * @param origin where the values come from, for messages
     */
    public ConfigLayers addAssembled(String origin, Map<String, String> values) {
        layers.add(assembled++, new Layer(origin, new LinkedHashMap<>(values), false));
        return this;
    }

    /** Only what the broker was assembled with; nothing if it was not. */
    public Optional<ConfigLayers> assembled() {
        if (assembled == 0) {
            return Optional.empty();
        }
        ConfigLayers base = new ConfigLayers();
        base.layers.addAll(layers.subList(0, assembled));
        base.assembled = assembled;
        return Optional.of(base);
    }

    /** Where the values come from that the broker was assembled with. */
    public String assembledOrigin() {
        return layers.subList(0, assembled).stream()
                .map(Layer::origin)
                .collect(Collectors.joining(", "));
    }

    /**
     * Puts the environment on top; variables that do not begin with {@code MORTISE_} do not count.
     */
    public ConfigLayers addEnvironment(Map<String, String> environment) {
        Map<String, String> ours = new LinkedHashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX) && !LAUNCHER_VARIABLES.contains(name)) {
                ours.put(name, value);
            }
        });
        layers.add(new Layer("environment", ours, true));
        return this;
    }

    /**
     * One value before all schemas are known: the top layer's, else the key's default. Used to find
     * the plugins.
     */
    public <T> T peek(ConfigKey<T> key) {
        return find(key).orElseThrow();
    }

    /** Like {@link #peek}, for a key without a default. */
    public <T> Optional<T> find(ConfigKey<T> key) {
        Map<String, String> set =
                origin(key).map(top -> Map.of(key.name(), top.text())).orElse(Map.of());
        return Config.of(ConfigSchema.of(key), set).find(key);
    }

    /**
     * The values of all layers together.
     *
     * @throws ConfigException with every problem of every layer, each with its origin
     */
    public Config resolve(ConfigSchema schema) {
        List<ConfigProblem> problems = new ArrayList<>();
        Config config = resolve(schema, Map.of(), problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }

    /**
     * The good values of all layers together.
     *
     * @param idle keys that nobody reads, by the plugin that would if it were chosen
     * @param problems what is wrong with the others is added here, each with its origin
     */
    public Config resolve(
            ConfigSchema schema, Map<String, ConfigSchema> idle, List<ConfigProblem> problems) {
        Map<String, String> winning = new LinkedHashMap<>();
        for (int at = 0; at < layers.size(); at++) {
            Layer layer = layers.get(at);
            List<ConfigProblem> found = new ArrayList<>();
            Map<String, String> named =
                    layer.environment
                            ? byKeyName(layer.values, schema, idle, found)
                            : known(
                                    at < assembled ? withoutReplaced(layer, idle) : layer.values,
                                    schema,
                                    idle,
                                    found);
            Map<String, String> good = good(named, schema, found);
            try {
                winning.putAll(Config.of(schema, good).texts());
            } catch (ConfigException twice) {
                found.addAll(twice.problems());
            }
            found.forEach(problem ->
                    problems.add(
                            new ConfigProblem(
                                    problem.key(),
                                    problem.message() + " (from " + layer.origin + ")")));
        }
        return Config.of(schema, winning);
    }

    /** The top layer's text for a key and that layer's origin; nothing if nobody set it. */
    public Optional<ConfigOrigin> origin(ConfigKey<?> key) {
        ConfigOrigin top = null;
        for (Layer layer : layers) {
            for (Map.Entry<String, String> entry : layer.values.entrySet()) {
                if (layer.sets(entry.getKey(), key)) {
                    top = new ConfigOrigin(entry.getValue(), layer.origin, entry.getKey());
                }
            }
        }
        return Optional.ofNullable(top);
    }

    /**
     * The values of a layer without those of plugins that it chooses itself and that a later layer
     * has replaced: whoever chose another plugin need not repeat the assembly to say so.
     */
    private static Map<String, String> withoutReplaced(
            Layer layer, Map<String, ConfigSchema> idle) {
        List<ConfigSchema> replaced =
                idle.entrySet().stream()
                        .filter(plugin -> layer.chooses(plugin.getKey()))
                        .map(Map.Entry::getValue)
                        .toList();
        Map<String, String> kept = new LinkedHashMap<>(layer.values);
        kept.keySet()
                .removeIf(name ->
                        replaced.stream().anyMatch(schema -> schema.find(name).isPresent()));
        return kept;
    }

    private static Map<String, String> known(
            Map<String, String> values,
            ConfigSchema schema,
            Map<String, ConfigSchema> idle,
            List<ConfigProblem> problems) {
        Map<String, String> known = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (schema.find(name).isPresent()) {
                known.put(name, value);
            } else {
                problems.add(
                        new ConfigProblem(
                                name,
                                idle(name, idle)
                                        .or(() -> foreign(name))
                                        .or(() -> retired(name))
                                        .orElseGet(() -> unknown(schema.nearest(name)))));
            }
        });
        return known;
    }

    private static Map<String, String> good(
            Map<String, String> named, ConfigSchema schema, List<ConfigProblem> problems) {
        Map<String, String> good = new LinkedHashMap<>();
        named.forEach((name, value) -> {
            try {
                Config.of(schema, Map.of(name, value));
                good.put(name, value);
            } catch (ConfigException refused) {
                problems.addAll(refused.problems());
            }
        });
        return good;
    }

    private static Optional<String> idle(String name, Map<String, ConfigSchema> idle) {
        return idle.entrySet().stream()
                .filter(plugin -> plugin.getValue().find(name).isPresent())
                .findFirst()
                .map(plugin ->
                        "is a key of "
                                + plugin.getKey()
                                + ", which is not chosen; choose it or remove the key");
    }

    private static Optional<String> foreign(String name) {
        return KafkaNames.read()
                .remark(name)
                .map(remark ->
                        "is a setting of Apache Kafka that has no counterpart here: " + remark);
    }

    private static Optional<String> retired(String name) {
        return Optional.ofNullable(RETIRED.get(name));
    }

    private static String unknown(List<String> nearest) {
        return nearest.isEmpty()
                ? "is not a known key"
                : "is not a known key; did you mean " + String.join(", ", nearest) + "?";
    }

    private static Map<String, String> byKeyName(
            Map<String, String> variables,
            ConfigSchema schema,
            Map<String, ConfigSchema> idle,
            List<ConfigProblem> problems) {
        Map<String, ConfigKey<?>> byVariable = new LinkedHashMap<>();
        schema.keys().forEach(key -> byVariable.put(environmentName(key), key));
        Map<String, String> named = new LinkedHashMap<>();
        variables.forEach((variable, value) -> {
            ConfigKey<?> key = byVariable.get(variable);
            if (key != null) {
                named.put(key.name(), value);
            } else {
                String guess =
                        variable.substring(PREFIX.length())
                                .toLowerCase(Locale.ROOT)
                                .replace("__", ".")
                                .replace('_', '-');
                List<String> nearest = schema.nearest(guess);
                problems.add(
                        new ConfigProblem(
                                variable,
                                idle(guess, idle)
                                        .or(() -> retired(guess))
                                        .orElseGet(() ->
                                                "stands for no known key"
                                                        + (nearest.isEmpty()
                                                                ? ""
                                                                : "; did you mean "
                                                                        + environmentNames(
                                                                                nearest, schema)
                                                                        + "?"))));
            }
        });
        return named;
    }

    private static String environmentNames(List<String> names, ConfigSchema schema) {
        return String.join(
                ", ",
                names.stream()
                        .flatMap(name -> schema.find(name).stream())
                        .map(ConfigLayers::environmentName)
                        .distinct()
                        .toList());
    }

    /** The environment variable of a key. */
    public static String environmentName(ConfigKey<?> key) {
        return PREFIX + key.name().toUpperCase(Locale.ROOT).replace(".", "__").replace('-', '_');
    }
}
