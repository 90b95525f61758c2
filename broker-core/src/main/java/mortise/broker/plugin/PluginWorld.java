package mortise.broker.plugin;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
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
        Clock clock,
        Timers timers,
        BrokerMetrics metrics,
        RandomGenerator random,
        Function<String, @Nullable Path> directories) {
    PluginContext contextFor(String pluginName, PluginThreads threads) {
        return new BrokerPluginContext(
                pluginName,
                threads,
                nodeId,
                clock,
                timers,
                metrics.prefixed(pluginName.replace('-', '_') + "_"),
                random,
                directories.apply(pluginName));
    }
}
