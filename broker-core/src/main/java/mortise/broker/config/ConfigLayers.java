package mortise.broker.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import mortise.api.config.ConfigSchema;

/**
 * Configuration values in layers: file, environment, {@code --set}, command-line flags; a later
 * layer wins key by key. Names may be ours or Kafka's in every layer but the environment.
 *
 * <p>In the environment a key is {@code MORTISE_} and its name in upper case, with {@code .} as
 * {@code __} and {@code -} as {@code _}: {@code net.max-request-bytes} is {@code
 * MORTISE_NET__MAX_REQUEST_BYTES}.
 *
 * <p>Confined to the thread that starts the broker.
 */
public final class ConfigLayers {
    /** Variables of the launcher, which are no configuration keys. */
    private static final List<String> LAUNCHER_VARIABLES =
            List.of("MORTISE_HOME", "MORTISE_JAVA_OPTIONS");

    private static final String PREFIX = "MORTISE_";

    private final List<Layer> layers = new ArrayList<>();

    private record Layer(String origin, Map<String, String> values, boolean environment) {}

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
        ConfigSchema schema = ConfigSchema.of(key);
        String text = null;
        for (Layer layer : layers) {
            for (Map.Entry<String, String> entry : layer.values.entrySet()) {
                boolean matches =
                        layer.environment
                                ? environmentName(key).equals(entry.getKey())
                                : schema.find(entry.getKey()).isPresent();
                if (matches) {
                    text = entry.getValue();
                }
            }
        }
        return Config.of(schema, text == null ? Map.of() : Map.of(key.name(), text)).find(key);
    }

    /**
     * The values of all layers together.
     *
     * @throws ConfigException with every problem of every layer, each with its origin
     */
    public Config resolve(ConfigSchema schema) {
        List<ConfigProblem> problems = new ArrayList<>();
        Map<String, String> winning = new LinkedHashMap<>();
        for (Layer layer : layers) {
            Map<String, String> named =
                    layer.environment ? byKeyName(layer.values, schema, problems) : layer.values;
            try {
                winning.putAll(Config.of(schema, named).texts());
            } catch (ConfigException refused) {
                refused.problems()
                        .forEach(problem ->
                                problems.add(
                                        new ConfigProblem(
                                                problem.key(),
                                                problem.message()
                                                        + " (from "
                                                        + layer.origin
                                                        + ")")));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return Config.of(schema, winning);
    }

    private static Map<String, String> byKeyName(
            Map<String, String> variables, ConfigSchema schema, List<ConfigProblem> problems) {
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
                                "stands for no known key"
                                        + (nearest.isEmpty()
                                                ? ""
                                                : "; did you mean "
                                                        + environmentNames(nearest, schema)
                                                        + "?")
                                        + " (from environment)"));
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
