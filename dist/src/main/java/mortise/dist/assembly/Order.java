package mortise.dist.assembly;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be assembled.
 *
 * @param plugins the names of the chosen plugins
 * @param settings configuration values that the broker is to have, by key
 * @param target the directory to lay it out in; empty or not there yet
 * @param runtime whether it gets a JVM of its own
 * @param aot whether an AOT cache is made for it
 * @param tar a tar file of the directory, compressed if its name ends in {@code gz}
 */
public record Order(
        List<String> plugins,
        Map<String, String> settings,
        Path target,
        boolean runtime,
        boolean aot,
        Optional<Path> tar) {
    public Order {
        plugins = List.copyOf(plugins);
        settings = Map.copyOf(settings);
    }
}
