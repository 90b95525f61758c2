package mortise.dist;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import mortise.broker.BrokerBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a broker's configuration comes from: file, environment, command line. */
final class ConfigurationOptions {
    private static final Path DEFAULT_FILE = Path.of("mortise.yaml");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A YAML file (default ./mortise.yaml if it is there).")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A configuration value; wins over file and environment. Repeatable.")
    private Map<String, String> set = new LinkedHashMap<>();

    /** A builder with all of it, and with the plugin folders of this installation. */
    BrokerBuilder builder() {
        BrokerBuilder builder = new BrokerBuilder();
        String home = System.getenv("MORTISE_HOME");
        if (home != null) {
            builder.pluginFolders(Path.of(home, "plugins"));
        }
        Path chosen = file == null ? DEFAULT_FILE : file;
        if (file != null || Files.exists(DEFAULT_FILE)) {
            builder.layer(chosen.toString(), YamlFile.read(chosen));
        }
        builder.environment(System.getenv());
        builder.layer("--set", set);
        return builder;
    }
}
