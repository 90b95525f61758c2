package mortise.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import mortise.broker.plugin.PluginLogger;
import mortise.spi.PluginContext;

/**
 * The outside world for a plugin that is made only to have it check its configuration: it has a
 * clock and no timers, and its directory is never there.
 */
record TrialContext(String pluginName, Clock clock, RandomGenerator random)
        implements PluginContext {
    @Override
    public int nodeId() {
        return 0;
    }

    @Override
    public Timers timers() {
        return (Duration delay, Runnable action) -> () -> true;
    }

    @Override
    public Metrics metrics() {
        return Metrics.discarding();
    }

    @Override
    public System.Logger logger() {
        return PluginLogger.of(pluginName);
    }

    @Override
    public Path dataDirectory() {
        return Path.of("data", pluginName);
    }

    @Override
    public Executor serial(String role) {
        return task -> {
            throw new IllegalStateException(
                    "plugin '"
                            + pluginName
                            + "' hands its executor '"
                            + role
                            + "' a task before it was started; do that in start");
        };
    }

    @Override
    public ThreadFactory threads(String role) {
        return Thread.ofPlatform().name(pluginName + "-" + role).daemon().factory();
    }
}
