package mortise.broker.plugin;

import java.nio.file.Path;
import java.util.function.Function;
import mortise.broker.runtime.Execution;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * What of the outside world a broker shows to its plugins.
 *
 * @param directories the directory of a plugin's own, by its name; null for one that keeps no files
 */
public record PluginWorld(
        int nodeId,
        Execution execution,
        BrokerMetrics metrics,
        Function<String, @Nullable Path> directories) {
    PluginContext contextFor(String pluginName, PluginThreads threads) {
        return new BrokerPluginContext(
                pluginName,
                threads,
                nodeId,
                execution,
                metrics.prefixed(pluginName.replace('-', '_') + "_"),
                directories.apply(pluginName));
    }
}
