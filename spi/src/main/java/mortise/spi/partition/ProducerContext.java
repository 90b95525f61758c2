package mortise.spi.partition;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import mortise.spi.PluginContext;

/** The outside world as a partitioner sees it: a producer's, which has no broker. */
final class ProducerContext implements PluginContext {
    private final String pluginName;
    private final RandomGenerator random = new Random();

    ProducerContext(String pluginName) {
        this.pluginName = pluginName;
    }

    @Override
    public int nodeId() {
        throw absent("node id");
    }

    @Override
    public Clock clock() {
        return Clock.system();
    }

    @Override
    public Timers timers() {
        throw absent("timers");
    }

    @Override
    public Metrics metrics() {
        return Metrics.discarding();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public System.Logger logger() {
        return System.getLogger("mortise.plugin." + pluginName);
    }

    @Override
    public Path dataDirectory() {
        throw absent("data directory");
    }

    @Override
    public Executor serial(String role) {
        throw absent("an executor");
    }

    @Override
    public ThreadFactory threads(String role) {
        throw absent("threads");
    }

    private UnsupportedOperationException absent(String what) {
        return new UnsupportedOperationException(
                "partitioner "
                        + pluginName
                        + " asks for "
                        + what
                        + ", but it runs within a producer; use clock, random, metrics and logger only");
    }
}
