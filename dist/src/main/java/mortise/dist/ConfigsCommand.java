package mortise.dist;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import mortise.client.Cluster;
import mortise.client.Configs;
import mortise.wire.message.DescribeConfigsResponse;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mortise configs}: describe and alter the configuration of topics and brokers. */
@Command(
        name = "configs",
        description = "Shows and changes the configuration of topics and brokers.",
        mixinStandardHelpOptions = true)
final class ConfigsCommand implements Runnable {
    /** The source number of values that belong to the topic itself. */
    static final byte TOPIC_SOURCE = 1;

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new IncompleteCommandException(
                spec.commandLine(), "name what to do: describe or alter");
    }

    @Command(
            name = "describe",
            description = "Shows the values of a topic or broker.",
            mixinStandardHelpOptions = true)
    void describe(
            @Mixin ConnectionOptions connection,
            @Mixin OutputOptions output,
            @Parameters(
                            index = "0",
                            paramLabel = "topic|broker",
                            description = "What kind of thing.")
                    Configs.Kind kind,
            @Parameters(
                            index = "1",
                            paramLabel = "NAME",
                            description = "The topic's name or the broker's number.")
                    String name) {
        try (Cluster cluster = connection.connect()) {
            List<DescribeConfigsResponse.DescribeConfigsResourceResult> configs =
                    new Configs(cluster).describe(kind, name);
            output.print(
                    out(),
                    configs.stream().map(ConfigsCommand::row).toList(),
                    () ->
                            configs.forEach(config ->
                                    out().println(
                                                    config.name()
                                                            + " = "
                                                            + shown(config)
                                                            + "  ("
                                                            + source(config.configSource())
                                                            + (config.readOnly()
                                                                    ? ", read-only"
                                                                    : "")
                                                            + ")")));
        }
    }

    @Command(
            name = "alter",
            description = "Changes values of a topic or broker, all or none.",
            mixinStandardHelpOptions = true)
    void alter(
            @Mixin ConnectionOptions connection,
            @Mixin OutputOptions output,
            @Parameters(
                            index = "0",
                            paramLabel = "topic|broker",
                            description = "What kind of thing.")
                    Configs.Kind kind,
            @Parameters(
                            index = "1",
                            paramLabel = "NAME",
                            description =
                                    "The topic's name or the broker's number; '' for all brokers.")
                    String name,
            @Option(
                            names = "--set",
                            paramLabel = "KEY=VALUE",
                            description = "A new value. Repeatable.")
                    Map<String, String> set,
            @Option(
                            names = "--delete",
                            paramLabel = "KEY",
                            description = "A key that returns to its default. Repeatable.")
                    List<String> delete) {
        Map<String, String> values = set == null ? Map.of() : set;
        Set<String> defaults = delete == null ? Set.of() : Set.copyOf(delete);
        if (values.isEmpty() && defaults.isEmpty()) {
            throw new ParameterException(
                    spec.subcommands().get("alter"),
                    "name a change: --set KEY=VALUE or --delete KEY");
        }
        try (Cluster cluster = connection.connect()) {
            new Configs(cluster).alter(kind, name, values, defaults);
            output.print(
                    out(), altered(name, values, defaults), () -> out().println("altered " + name));
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static Map<String, Object> altered(
            String name, Map<String, String> values, Set<String> defaults) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("altered", name);
        row.put("set", values);
        row.put("deleted", defaults);
        return row;
    }

    private static Map<String, @Nullable Object> row(
            DescribeConfigsResponse.DescribeConfigsResourceResult config) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("name", config.name());
        row.put("value", value(config));
        row.put("source", source(config.configSource()));
        row.put("readOnly", config.readOnly());
        row.put("documentation", config.documentation());
        return row;
    }

    private static String shown(DescribeConfigsResponse.DescribeConfigsResourceResult config) {
        return Objects.requireNonNullElse(value(config), "(not set)");
    }

    private static @Nullable String value(
            DescribeConfigsResponse.DescribeConfigsResourceResult config) {
        return config.isSensitive() ? "****" : config.value();
    }

    private static String source(byte code) {
        return switch (code) {
            case TOPIC_SOURCE -> "topic";
            case 2 -> "dynamic broker";
            case 3 -> "dynamic cluster";
            case 4 -> "configuration";
            case 5 -> "default";
            case 6 -> "dynamic broker logger";
            default -> "unknown";
        };
    }
}
