package mortise.broker.plugin;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.spi.PluginContext;

/**
 * What of the outside world a broker shows to its plugins.
 *
 * @param directories the directory of a plugin's own, by its name
 */
public record PluginWorld(
        int nodeId,
        Clock clock,
        Timers timers,
        BrokerMetrics metrics,
        RandomGenerator random,
        Function<String, Path> directories) {
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
