package mortise.dist;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import mortise.broker.BrokerBuilder;
import mortise.broker.InstalledPlugin;
import org.jspecify.annotations.Nullable;

/**
 * The plugin folders of this installation, for commands that are no broker: those of the directory
 * that {@code MORTISE_PLUGINS__DIRECTORY} names, else of the installation's own.
 */
final class PluginFolders {
    private static final String DIRECTORY = "MORTISE_PLUGINS__DIRECTORY";

    private PluginFolders() {}

    /**
     * A builder that finds them; nothing where there are none, which is what most installations
     * have: a small command is quick because it does not look for what is not there.
     */
    static Optional<BrokerBuilder> builder() {
        @Nullable String named = System.getenv(DIRECTORY);
        @Nullable String home = System.getenv("MORTISE_HOME");
        Optional<Path> directory =
                named != null
                        ? Optional.of(Path.of(named))
                        : Optional.ofNullable(home).map(own -> Path.of(own, "plugins"));
        return directory
                .filter(Files::isDirectory)
                .map(folders ->
                        new BrokerBuilder()
                                .pluginFolders(folders)
                                .environment(BrokerEnvironment.read()));
    }

    /** What of them cannot be used, and why, as the end of a line; empty if there is nothing. */
    static String refusals() {
        return builder().stream()
                .flatMap(builder -> builder.inventory().installed().stream())
                .filter(plugin -> plugin.state() == InstalledPlugin.State.REFUSED)
                .map(plugin -> "; refused: " + plugin.place() + ": " + plugin.reason())
                .collect(Collectors.joining());
    }
}
