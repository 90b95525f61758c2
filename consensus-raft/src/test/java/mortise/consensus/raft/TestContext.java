package mortise.consensus.raft;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import mortise.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/** A context over one directory, real time and real threads, which remembers what is logged. */
public final class TestContext implements PluginContext {
    private final Path directory;
    private final int nodeId;
    private final MemoryLogger logger = new MemoryLogger();

    public TestContext(Path directory, int nodeId) {
        this.directory = directory;
        this.nodeId = nodeId;
    }

    /** A logger that remembers its lines. */
    public static final class MemoryLogger implements System.Logger {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public String getName() {
            return "test";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String message,
                @Nullable Throwable thrown) {
            lines.add(level + " " + message);
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String format,
                @Nullable Object @Nullable ... arguments) {
            lines.add(level + " " + format);
        }

        public List<String> lines() {
            return lines;
        }

        /** What an operator should look at. */
        public List<String> warnings() {
            return lines.stream().filter(line -> line.startsWith("WARNING")).toList();
        }
    }

    @Override
    public int nodeId() {
        return nodeId;
    }

    @Override
    public Clock clock() {
        return Clock.system();
    }

    @Override
    public Timers timers() {
        return new Timers() {
            @Override
            public Scheduled schedule(Duration delay, Runnable action) {
                throw new UnsupportedOperationException("no timers in this test");
            }
        };
    }

    @Override
    public Metrics metrics() {
        return Metrics.discarding();
    }

    @Override
    public RandomGenerator random() {
        return RandomGeneratorFactory.getDefault().create(1);
    }

    @Override
    public MemoryLogger logger() {
        return logger;
    }

    @Override
    public Path dataDirectory() {
        return directory;
    }

    @Override
    public ThreadFactory threads(String role) {
        return Thread.ofPlatform().daemon().name("raft-" + role + "-", 0).factory();
    }
}
