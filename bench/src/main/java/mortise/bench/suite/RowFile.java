package mortise.bench.suite;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param mortise settings of Mortise for this row
 * @param kafka settings of Apache Kafka for this row, of the same durability class
 * @param floor whether the floor is measured beside them
 * @param targets what the ratio to the peer is to be, by the figure's key
 */
record RowFile(
        String title,
        Workload workload,
        List<String> mortise,
        List<String> kafka,
        boolean floor,
        Map<String, Target> targets) {
    private static final String SUITE = "suite.";
    private static final String TARGETS = "suite.targets.";

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
    private static final ConfigKey<Boolean> FLOOR =
            KEYS.add(
                    ConfigKey.of(
                                    "suite.floor",
                                    ConfigType.BOOLEAN,
                                    "Whether the floor is beside them.")
                            .defaultsTo(false));
    private static final ConfigSchema SCHEMA = KEYS.build();

    /**
     * Reads a row's file.
     *
     * @throws UsageException with what is wrong in it
     */
    static RowFile read(Path file) {
        Map<String, String> workload = new LinkedHashMap<>();
        Map<String, String> own = new LinkedHashMap<>();
        Map<String, Target> targets = new LinkedHashMap<>();
        YamlText.read(file)
                .forEach((key, text) -> {
                    if (key.startsWith(TARGETS)) {
                        targets.put(
                                figure(file, key.substring(TARGETS.length())), Target.parse(text));
                    } else {
                        (key.startsWith(SUITE) ? own : workload).put(key, text);
                    }
                });
        try {
            Config config = Config.of(SCHEMA, own);
            String name = String.valueOf(file.getFileName()).replaceFirst("\\.yaml$", "");
            return new RowFile(
                    config.find(TITLE).orElse(name),
                    Workload.of(name, workload),
                    config.get(MORTISE),
                    config.get(KAFKA),
                    config.get(FLOOR),
                    targets);
        } catch (ConfigException wrong) {
            throw new UsageException(
                    file
                            + ": "
                            + wrong.problems().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining("; ")));
        }
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
