package mortise.bench.suite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.bench.report.Figure;
import mortise.bench.workload.UsageException;
import mortise.bench.workload.Workload;
import mortise.bench.workload.YamlText;

/**
 * A row of the suite that is a workload: its file says beside the workload what is compared.
 *
 * @param title what is measured, for people
 * @param targets what the ratio to the peer is to be, by the figure's key
 * @param variation what of the workload takes several values in turn, if anything
 */
record RowFile(
        String title,
        Workload workload,
        Compared compared,
        Map<String, Target> targets,
        Optional<Variation> variation) {
    /** The key of a workload whose values may be shares of a maximum. */
    static final String RATE = "producers.rate";

    private static final Pattern PERCENT = Pattern.compile("(\\d+(?:\\.\\d+)?)%");
    private static final String SUITE = "suite.";
    private static final String TARGETS = "suite.targets.";
    private static final String VARIED_TARGETS = "suite.vary.targets.";

    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    private static final ConfigKey<String> TITLE =
            KEYS.add(
                    ConfigKey.of(
                            "suite.title", ConfigType.STRING, "What is measured, for people."));
    private static final ConfigKey<List<String>> MORTISE =
            KEYS.add(
                    ConfigKey.of(
                                    "suite.mortise",
                                    ConfigType.LIST,
                                    "Settings of Mortise, KEY=VALUE.")
                            .defaultsTo(List.of()));
    private static final ConfigKey<List<String>> KAFKA =
            KEYS.add(
                    ConfigKey.of(
                                    "suite.kafka",
                                    ConfigType.LIST,
                                    "Settings of Apache Kafka, KEY=VALUE.")
                            .defaultsTo(List.of()));
    private static final ConfigKey<Integer> ROUNDS =
            KEYS.add(
                    ConfigKey.of(
                                    "suite.rounds",
                                    ConfigType.INT,
                                    "How often each system is measured, whatever the suite was told.")
                            .between(1, 100));
    private static final ConfigKey<Boolean> FLOOR =
            KEYS.add(
                    ConfigKey.of(
                                    "suite.floor",
                                    ConfigType.BOOLEAN,
                                    "Whether the floor is beside them.")
                            .defaultsTo(false));
    private static final ConfigKey<String> VARIED =
            KEYS.add(
                    ConfigKey.of(
                            "suite.vary.key",
                            ConfigType.STRING,
                            "A key of the workload that takes several values, one after the other on the same process."));
    private static final ConfigKey<List<String>> VALUES =
            KEYS.add(
                    ConfigKey.of(
                                    "suite.vary.values",
                                    ConfigType.LIST,
                                    "Its values; a share of producers.rate, such as 50%, is of what the slower system takes at most.")
                            .defaultsTo(List.of()));
    private static final ConfigKey<Duration> NEXT_WARM_UP =
            KEYS.add(
                    ConfigKey.of(
                                    "suite.vary.warm-up",
                                    ConfigType.DURATION,
                                    "The warm-up of the values after the first.")
                            .defaultsTo(Duration.ofSeconds(3)));
    private static final ConfigKey<String> GROWTH =
            KEYS.add(
                    ConfigKey.of(
                            "suite.vary.growth",
                            ConfigType.STRING,
                            "A figure of which the last value is divided by the first."));
    private static final ConfigKey<Double> MOST_GROWTH =
            KEYS.add(
                    ConfigKey.of(
                                    "suite.vary.growth-at-most",
                                    ConfigType.DOUBLE,
                                    "What Mortise's growth is to be at most.")
                            .defaultsTo(1.3));
    private static final ConfigSchema SCHEMA = KEYS.build();

    /**
     * What is measured in turn.
     *
     * @param mortise settings of Mortise for this row
     * @param kafka settings of Apache Kafka for this row, of the same durability class
     * @param floor whether the floor is measured beside them
     * @param rounds how often each is measured, if the row is too long for as often as others
     */
    record Compared(
            List<String> mortise, List<String> kafka, boolean floor, Optional<Integer> rounds) {}

    /**
     * A key of the workload with several values.
     *
     * @param targets of single values only: by value, then by the figure's key
     */
    record Variation(
            String key,
            List<String> values,
            Duration warmUp,
            Optional<Growth> growth,
            Map<String, Map<String, Target>> targets) {}

    /**
     * How much a figure grows from the first value to the last.
     *
     * @param figure its key
     */
    record Growth(String figure, Target target) {}

    /**
     * Reads a row's file.
     *
     * @throws UsageException with what is wrong in it
     */
    static RowFile read(Path file) {
        Map<String, String> workload = new LinkedHashMap<>();
        Map<String, String> own = new LinkedHashMap<>();
        Map<String, Target> targets = new LinkedHashMap<>();
        Map<String, Target> varied = new LinkedHashMap<>();
        YamlText.read(file)
                .forEach((key, text) -> {
                    if (key.startsWith(TARGETS)) {
                        targets.put(
                                figure(file, key.substring(TARGETS.length())), Target.parse(text));
                    } else if (key.startsWith(VARIED_TARGETS)) {
                        varied.put(key.substring(VARIED_TARGETS.length()), Target.parse(text));
                    } else {
                        (key.startsWith(SUITE) ? own : workload).put(key, text);
                    }
                });
        try {
            Config config = Config.of(SCHEMA, own);
            String name = String.valueOf(file.getFileName()).replaceFirst("\\.yaml$", "");
            Workload measured = Workload.of(name, workload);
            return new RowFile(
                    config.find(TITLE).orElse(name),
                    measured,
                    new Compared(
                            config.get(MORTISE),
                            config.get(KAFKA),
                            config.get(FLOOR),
                            config.find(ROUNDS)),
                    targets,
                    config.find(VARIED).map(key -> variation(file, key, measured, config, varied)));
        } catch (ConfigException wrong) {
            throw new UsageException(
                    file
                            + ": "
                            + wrong.problems().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining("; ")));
        }
    }

    private static Variation variation(
            Path file, String key, Workload workload, Config config, Map<String, Target> varied) {
        List<String> values = config.get(VALUES);
        if (values.size() < 2 || config.get(FLOOR)) {
            throw new UsageException(
                    file
                            + ": suite.vary.key needs at least two suite.vary.values, and no suite.floor");
        }
        // a value that the workload cannot have is refused before anything is measured
        values.stream()
                .filter(value -> shareOfMaximum(key, value).isEmpty())
                .forEach(value -> workload.with(key, value));
        Map<String, Map<String, Target>> targets = new LinkedHashMap<>();
        varied.forEach((text, target) -> {
            String value =
                    values.stream()
                            .filter(each -> text.startsWith(each + "."))
                            .findFirst()
                            .orElseThrow(() ->
                                    new UsageException(
                                            file
                                                    + ": "
                                                    + VARIED_TARGETS
                                                    + text
                                                    + " names none of the values "
                                                    + String.join(", ", values)));
            targets.computeIfAbsent(value, name -> new LinkedHashMap<>())
                    .put(figure(file, text.substring(value.length() + 1)), target);
        });
        Optional<Growth> growth =
                config.find(GROWTH)
                        .map(figure ->
                                new Growth(
                                        figure(file, figure),
                                        Target.alone(config.get(MOST_GROWTH))));
        return new Variation(key, values, config.get(NEXT_WARM_UP), growth, targets);
    }

    /** Which share of the slower system's maximum a value is; nothing if it is a value itself. */
    static OptionalDouble shareOfMaximum(String key, String value) {
        Matcher percent = PERCENT.matcher(value);
        return key.equals(RATE) && percent.matches()
                ? OptionalDouble.of(Double.parseDouble(percent.group(1)) / 100)
                : OptionalDouble.empty();
    }

    private static String figure(Path file, String key) {
        Stream<String> known = Figure.all().stream().map(Figure::key);
        List<String> keys = Stream.concat(known, Stream.of(Result.SHARE_OF_FLOOR)).toList();
        if (!keys.contains(key)) {
            throw new UsageException(
                    file
                            + ": there is no figure "
                            + key
                            + "; there are "
                            + String.join(", ", keys));
        }
        return key;
    }
}
