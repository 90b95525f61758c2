package mortise.dist;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import mortise.broker.BrokerBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where a command takes a broker's configuration from: what was assembled, a file of one's own, the
 * environment, {@code --set}; each over the one before, key by key.
 */
final class ConfigurationOptions {
    private static final Path LOCAL_FILE = Path.of("mortise.yaml");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "A YAML file (default ./mortise.yaml, if it is there); its keys win over those of an assembled broker's conf/mortise.yaml.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A configuration value; wins over file and environment. Repeatable.")
    private Map<String, String> set = new LinkedHashMap<>();

    /** A builder with all of it, and with the plugin folders of this installation. */
    BrokerBuilder builder() {
        BrokerBuilder builder = bare();
        layerFile(builder, file);
        builder.environment(BrokerEnvironment.read());
        return builder.layer("--set", set);
    }

    /** A builder that knows the plugins of this installation and has no configuration. */
    static BrokerBuilder bare() {
        BrokerBuilder builder = new BrokerBuilder();
        String home = System.getenv("MORTISE_HOME");
        return home == null ? builder : builder.pluginFolders(Path.of(home, "plugins"));
    }

    /** Puts the named file, else the one that is there by default, over what was assembled. */
    private static void layerFile(BrokerBuilder builder, @Nullable Path named) {
        assembledFile().ifPresent(file -> builder.assembled(file.toString(), YamlFile.read(file)));
        if (named != null) {
            builder.layer(named.toString(), YamlFile.read(named));
        } else if (Files.exists(LOCAL_FILE)) {
            builder.layer(LOCAL_FILE.toString(), YamlFile.read(LOCAL_FILE));
        }
    }

    /** The configuration file of the assembled broker that this is, if it is one. */
    static Optional<Path> assembledFile() {
        return Optional.ofNullable(System.getenv("MORTISE_HOME"))
                .map(home -> HomeDirectory.configuration(Path.of(home)))
                .filter(Files::exists);
    }
}
