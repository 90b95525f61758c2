package mortise.spi;

import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;

/**
 * The outside world as a plugin sees it. Everything that it hands out is thread-safe and lives as
 * long as the broker.
 */
public interface PluginContext {
    /** The number of this broker in its cluster, from 0. */
    int nodeId();

    /** The clocks; a plugin reads no other. */
    Clock clock();

    /** Actions to be run later; a plugin starts no timer of its own. */
    Timers timers();

    /**
     * Where the plugin's metrics are registered; the broker prefixes them with the plugin's name.
     */
    Metrics metrics();

    /** A source of randomness, seeded in simulation. */
    RandomGenerator random();

    /** A logger that carries the plugin's name. */
    System.Logger logger();

    /**
     * A directory of the plugin's own. It exists once the plugin starts. Its file system may be a
     * simulated one: use {@code java.nio.file} only.
     *
     * @throws IllegalStateException if the provider said that it {@linkplain
     *     Provider#usesDataDirectory needs none}
     */
    Path dataDirectory();

    /**
     * How many files a plugin may keep open at once, so that it gets along with the other parts of
     * the process. One that keeps many must close some before it opens more.
     */
    default int openFiles() {
        return Integer.MAX_VALUE;
    }

    /**
     * An executor of the plugin's own: it runs tasks in the order in which they were handed in,
     * never two at once, and each sees what the one before it wrote. Tasks may wait for a disk or
     * another machine; they are not interrupted. One that throws is named in the log and counted,
     * and the next one runs. In simulation the simulator runs them.
     *
     * <p>Executors of different calls know nothing of each other, also if their roles are the same.
     * Nothing bounds the queue: the plugin sees to it that little waits. What still waits when the
     * plugin has closed is run and must do nothing.
     *
     * @param role what the tasks do, for names of threads and messages: {@code quorum}
     */
    Executor serial(String role);

    /**
     * Makes daemon threads whose names begin with the plugin's name and {@code role}: for plugins
     * whose work or whose libraries do not go with {@link #serial} and {@link #timers}, such as a
     * server that accepts connections. They end before {@code close} returns.
     *
     * @throws UnsupportedOperationException in a simulation, which has no threads to give
     */
    ThreadFactory threads(String role);
}
