package mortise.broker.plugin;

import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.FileBudget;
import mortise.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * The outside world as a running broker shows it to one plugin.
 *
 * @param ownDirectory where it keeps its files; null if its provider said that it keeps none
 */
record BrokerPluginContext(
        String pluginName,
        PluginThreads pluginThreads,
        int nodeId,
        Execution execution,
        Metrics metrics,
        @Nullable Path ownDirectory)
        implements PluginContext {
    @Override
    public Clock clock() {
        return execution.clock();
    }

    @Override
    public Timers timers() {
        return execution.timers();
    }

    @Override
    public RandomGenerator random() {
        return execution.random();
    }

    @Override
    public System.Logger logger() {
        return PluginLogger.of(pluginName);
    }

    @Override
    public Path dataDirectory() {
        if (ownDirectory == null) {
            throw new IllegalStateException(
                    "plugin '"
                            + pluginName
                            + "' asks for its data directory, but its provider says in"
                            + " usesDataDirectory that it needs none; correct the provider");
        }
        return ownDirectory;
    }

    @Override
    public int openFiles() {
        return FileBudget.ofProcess().logFiles();
    }

    @Override
    public Executor serial(String role) {
        return pluginThreads.serial(role);
    }

    @Override
    public ThreadFactory threads(String role) {
        return pluginThreads.factory(role);
    }
}
