package mortise.broker.plugin;

import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import mortise.spi.PluginContext;

/** The outside world as a running broker shows it to one plugin. */
record BrokerPluginContext(
        String pluginName,
        PluginThreads pluginThreads,
        int nodeId,
        Clock clock,
        Timers timers,
        Metrics metrics,
        RandomGenerator random,
        Path dataDirectory)
        implements PluginContext {
    @Override
    public System.Logger logger() {
        return System.getLogger("mortise.plugin." + pluginName);
    }

    @Override
    public ThreadFactory threads(String role) {
        return pluginThreads.factory(role);
    }
}
