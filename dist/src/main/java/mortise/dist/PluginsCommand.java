package mortise.dist;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.api.HostPort;
import mortise.api.config.ConfigKey;
import mortise.broker.BrokerBuilder;
import mortise.broker.InstalledPlugin;
import mortise.broker.VerifiedFolder;
import mortise.client.Cluster;
import mortise.wire.PluginActivityField;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mortise plugins}: what a broker can be assembled from. */
@Command(
        name = "plugins",
        description =
                "Lists the plugins of this installation: what they are, and whether they fit.",
        mixinStandardHelpOptions = true,
        subcommands = {PluginsCommand.Describe.class, PluginsCommand.Verify.class})
final class PluginsCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

    @Mixin private OutputOptions output = new OutputOptions();

    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            converter = HostPortText.class,
            description =
                    "Ask this running broker for the plugins that it uses, and what they have done.")
    private @Nullable HostPort bootstrap;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            converter = Numbers.Seconds.class,
            description = "How long that broker may take (default ${DEFAULT-VALUE}).")
    private int timeoutSeconds = 30;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (bootstrap != null) {
            List<PluginActivityField.Activity> activities = activities(bootstrap);
            output.print(
                    out,
                    activities.stream().map(PluginsCommand::asMap).toList(),
                    () -> printActivities(out, activities));
            return;
        }
        List<InstalledPlugin> plugins = configuration.builder().inventory().installed();
        output.print(
                out,
                plugins.stream().map(PluginsCommand::asMap).toList(),
                () -> printTable(out, plugins));
    }

    private List<PluginActivityField.Activity> activities(HostPort bootstrap) {
        try (Cluster cluster =
                Cluster.connect(bootstrap, "mortise-cli", Duration.ofSeconds(timeoutSeconds))) {
            return cluster.pluginActivity()
                    .orElseThrow(() ->
                            new CommandFailedException(
                                    bootstrap
                                            + " does not tell what its plugins do: it is no Mortise, or does not let this client describe the cluster"));
        }
    }

    private static void printActivities(
            PrintWriter out, List<PluginActivityField.Activity> activities) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("KIND", "NAME", "STATE", "CALLS", "TIME", "PER CALL", "FAILURES"));
        for (PluginActivityField.Activity activity : activities) {
            boolean counted = activity.calls() > 0;
            rows.add(
                    List.of(
                            activity.kind(),
                            activity.name(),
                            activity.state(),
                            counted ? Long.toString(activity.calls()) : "-",
                            counted ? activity.nanos() / 1_000_000 + " ms" : "-",
                            counted ? activity.nanos() / activity.calls() / 1_000 + " µs" : "-",
                            counted ? Long.toString(activity.failures()) : "-"));
        }
        printRows(out, rows);
    }

    private static Map<String, Object> asMap(PluginActivityField.Activity activity) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", activity.kind());
        map.put("name", activity.name());
        map.put("state", activity.state());
        map.put("calls", activity.calls());
        map.put("nanos", activity.nanos());
        map.put("failures", activity.failures());
        return map;
    }

    private static void printTable(PrintWriter out, List<InstalledPlugin> plugins) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("KIND", "NAME", "STATE", "VERSION", "SPI", "FROM", "CAPABILITIES"));
        for (InstalledPlugin plugin : plugins) {
            if (plugin.state() != InstalledPlugin.State.REFUSED) {
                rows.add(
                        List.of(
                                plugin.kind(),
                                plugin.name(),
                                lower(plugin.state()),
                                plugin.version().orElse("-"),
                                plugin.spiVersion().orElse("-"),
                                plugin.place(),
                                capabilities(plugin)));
            }
        }
        printRows(out, rows);
        plugins.stream()
                .filter(plugin -> plugin.state() == InstalledPlugin.State.REFUSED)
                .forEach(plugin ->
                        out.println("refused  " + plugin.place() + ": " + plugin.reason()));
    }

    private static void printRows(PrintWriter out, List<List<String>> rows) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static String capabilities(InstalledPlugin plugin) {
        return plugin.capabilities().isEmpty()
                ? "-"
                : plugin.capabilities().stream()
                        .sorted()
                        .map(PluginsCommand::lower)
                        .collect(Collectors.joining(", "));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Map<String, Object> asMap(InstalledPlugin plugin) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", plugin.kind());
        map.put("name", plugin.name());
        map.put("state", lower(plugin.state()));
        plugin.version().ifPresent(version -> map.put("version", version));
        plugin.spiVersion().ifPresent(version -> map.put("spiVersion", version));
        map.put("from", plugin.place());
        map.put(
                "capabilities",
                plugin.capabilities().stream().sorted().map(PluginsCommand::lower).toList());
        if (!plugin.reason().isEmpty()) {
            map.put("reason", plugin.reason());
        }
        return map;
    }

    /** {@code mortise plugins describe}: the configuration reference of one plugin. */
    @Command(
            name = "describe",
            description =
                    "Shows what a plugin says of itself, and every configuration key it reads.",
            mixinStandardHelpOptions = true)
    static final class Describe implements Runnable {
        @Spec private CommandSpec spec;

        @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

        @Mixin private OutputOptions output = new OutputOptions();

        @Parameters(
                paramLabel = "NAME",
                description = "The plugin's name, such as local or storage-local.")
        private String name = "";

        @Override
        public void run() {
            List<InstalledPlugin> all = configuration.builder().inventory().installed();
            List<InstalledPlugin> meant =
                    all.stream()
                            .filter(plugin ->
                                    plugin.name().equals(name)
                                            || (plugin.kind() + "-" + plugin.name()).equals(name))
                            .toList();
            if (meant.isEmpty()) {
                throw new CommandFailedException(
                        "there is no plugin named '"
                                + name
                                + "'; known are "
                                + all.stream()
                                        .filter(plugin ->
                                                plugin.state() != InstalledPlugin.State.REFUSED)
                                        .map(plugin -> plugin.kind() + "-" + plugin.name())
                                        .collect(Collectors.joining(", ")));
            }
            PrintWriter out = spec.commandLine().getOut();
            output.print(
                    out,
                    meant.stream().map(Describe::described).toList(),
                    () -> meant.forEach(plugin -> print(out, plugin)));
        }

        private static Map<String, Object> described(InstalledPlugin plugin) {
            Map<String, Object> map = asMap(plugin);
            map.put("keys", plugin.schema().keys().stream().map(Describe::key).toList());
            return map;
        }

        private static Map<String, Object> key(ConfigKey<?> key) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("key", key.name());
            map.put("type", key.type().name());
            key.defaultText().ifPresent(text -> map.put("default", text));
            if (!key.bounds().isEmpty()) {
                map.put("range", key.bounds());
            }
            map.put("doc", key.doc());
            return map;
        }

        private static void print(PrintWriter out, InstalledPlugin plugin) {
            out.println(plugin.kind() + "-" + plugin.name() + ", " + plugin.place());
            out.println("  version       " + plugin.version().orElse("-"));
            out.println("  spi version   " + plugin.spiVersion().orElse("-"));
            out.println("  state         " + lower(plugin.state()));
            out.println("  capabilities  " + capabilities(plugin));
            if (!plugin.reason().isEmpty()) {
                out.println("  refused       " + plugin.reason());
            }
            for (ConfigKey<?> key : plugin.schema().keys()) {
                out.println();
                out.println("  " + key.name());
                out.println("      " + key.doc());
                out.println(
                        "      "
                                + key.type().name()
                                + (key.bounds().isEmpty() ? "" : ", " + key.bounds())
                                + key.defaultText()
                                        .map(text ->
                                                ", default " + (text.isEmpty() ? "empty" : text))
                                        .orElse(""));
            }
        }
    }

    /** {@code mortise plugins verify}: whether a plugin folder can be used. */
    @Command(
            name = "verify",
            description = {
                "Loads a plugin folder as a broker would, creates each plugin with its default values, and says what it provides and what a start would complain of.",
                "Exit status 1 if anything of it is refused."
            },
            mixinStandardHelpOptions = true)
    static final class Verify implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Mixin private OutputOptions output = new OutputOptions();

        @Parameters(paramLabel = "DIR", description = "A folder with the jars of one plugin.")
        private Path folder = Path.of("");

        @Override
        public Integer call() {
            VerifiedFolder verified = new BrokerBuilder().inventory().verifyFolder(folder);
            List<InstalledPlugin> found = verified.plugins();
            PrintWriter out = spec.commandLine().getOut();
            output.print(
                    out,
                    Stream.concat(
                                    found.stream().map(PluginsCommand::asMap),
                                    verified.warnings().stream()
                                            .map(warning -> Map.of("warning", warning)))
                            .toList(),
                    () -> {
                        printTable(out, found);
                        verified.warnings().forEach(warning -> out.println("warning  " + warning));
                    });
            return found.stream()
                            .anyMatch(plugin -> plugin.state() == InstalledPlugin.State.REFUSED)
                    ? 1
                    : 0;
        }
    }
}
