package mortise.broker.plugin;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.spi.PluginContext;
import mortise.spi.Provider;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plugin at work in one broker: created, started and closed within bounds of time, with its name
 * in every failure, its calls counted and its threads accounted for.
 *
 * <p>Created, started and closed by one thread; its figures may be read by any.
 *
 * @param <T> what the plugin makes
 */
public final class PluginInstance<T extends AutoCloseable> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginInstance.class);
    private static final Duration THREAD_PATIENCE = Duration.ofSeconds(1);

    private final FoundPlugin<? extends Provider<T>> plugin;
    private final PluginSettings settings;
    private final PluginActivity activity;
    private final PluginThreads threads;
    private final T made;
    private volatile State state = State.CREATED;

    /** How far a plugin has come. */
    public enum State {
        /** It exists and does nothing yet. */
        CREATED,
        /** It is at work. */
        STARTED,
        /** It was closed. */
        CLOSED,
        /** It did not start, or did not close. */
        FAILED
    }

    private PluginInstance(
            FoundPlugin<? extends Provider<T>> plugin,
            PluginSettings settings,
            PluginActivity activity,
            PluginThreads threads,
            T made) {
        this.plugin = plugin;
        this.settings = settings;
        this.activity = activity;
        this.threads = threads;
        this.made = made;
    }

    /**
     * Lets a plugin make its instance.
     *
     * @param config the values of the plugin's own keys
     * @throws RefusedPluginException if it throws or takes too long
     * @throws ConfigException if it refuses its configuration
     */
    public static <T extends AutoCloseable> PluginInstance<T> create(
            FoundPlugin<? extends Provider<T>> plugin,
            Config config,
            PluginSettings settings,
            PluginWorld world) {
        @Nullable ClassLoader loader = plugin.origin().loader().orElse(null);
        PluginActivity activity = new PluginActivity(plugin.title(), loader, world.clock());
        PluginThreads threads = new PluginThreads(plugin.name(), loader);
        return create(
                plugin,
                config,
                settings,
                activity,
                threads,
                () -> world.contextFor(plugin.name(), threads));
    }

    /**
     * Lets a plugin make an instance outside of a broker, one of several whose calls are counted
     * together.
     *
     * @param context which hands out no threads
     * @throws RefusedPluginException if it throws or takes too long
     * @throws ConfigException if it refuses its configuration
     */
    static <T extends AutoCloseable> PluginInstance<T> create(
            FoundPlugin<? extends Provider<T>> plugin,
            Config config,
            PluginSettings settings,
            PluginActivity activity,
            PluginContext context) {
        PluginThreads threads = new PluginThreads(plugin.name(), activity.loader());
        return create(plugin, config, settings, activity, threads, () -> context);
    }

    private static <T extends AutoCloseable> PluginInstance<T> create(
            FoundPlugin<? extends Provider<T>> plugin,
            Config config,
            PluginSettings settings,
            PluginActivity activity,
            PluginThreads threads,
            Supplier<PluginContext> context) {
        T made =
                guarded(
                        activity,
                        "create",
                        settings.createLimit(),
                        () -> plugin.provider().create(config, context.get()));
        if (made == null) {
            throw new RefusedPluginException(
                    plugin.title() + " made nothing: create returned null; it is broken");
        }
        return new PluginInstance<>(plugin, settings, activity, threads, made);
    }

    /**
     * Lets a plugin look at its values, as it does when it is created, and throws away what it
     * makes. That is not closed: it was never started, so it holds nothing.
     *
     * @throws RefusedPluginException if it throws or takes too long
     * @throws ConfigException if it refuses its configuration
     */
    public static void tryOut(
            FoundPlugin<? extends Provider<?>> plugin,
            Config config,
            PluginSettings settings,
            PluginContext context) {
        PluginActivity activity =
                new PluginActivity(
                        plugin.title(), plugin.origin().loader().orElse(null), context.clock());
        var _ =
                guarded(
                        activity,
                        "create",
                        settings.createLimit(),
                        () -> plugin.provider().create(config, context));
    }

    private static <R extends @Nullable Object> R guarded(
            PluginActivity activity, String what, Duration limit, Callable<R> call) {
        try {
            return GuardedCall.run(activity.title(), what, activity.loader(), limit, call);
        } catch (RefusedPluginException | ConfigException | StorageException known) {
            throw known;
        } catch (Exception | LinkageError | StackOverflowError | AssertionError failure) {
            throw new RefusedPluginException(activity.failed(what, failure), failure);
        }
    }

    /** What the plugin made, bare: calls to it are neither timed nor named. */
    T made() {
        return made;
    }

    PluginActivity activity() {
        return activity;
    }

    /**
     * Runs the plugin's own start within its bound of time.
     *
     * @throws RefusedPluginException if it throws or takes too long
     */
    void start(Runnable start) {
        try {
            guarded(
                    activity,
                    "start",
                    settings.startLimit(),
                    () -> {
                        start.run();
                        return null;
                    });
            state = State.STARTED;
        } finally {
            if (state != State.STARTED) {
                state = State.FAILED;
            }
        }
    }

    /** Closes the plugin; one that fails, hangs or leaves threads behind is named in the log. */
    @Override
    public void close() {
        end("close", made);
    }

    /** Ends the plugin, perhaps otherwise than by closing it. */
    void end(String what, AutoCloseable ending) {
        if (state == State.CLOSED) {
            return;
        }
        try {
            guarded(
                    activity,
                    what,
                    settings.stopLimit(),
                    () -> {
                        ending.close();
                        return null;
                    });
            state = State.CLOSED;
        } catch (RuntimeException failure) {
            state = State.FAILED;
            LOG.error("{}", failure.getMessage(), failure);
        }
        List<String> left = threads.leftAfter(THREAD_PATIENCE);
        if (!left.isEmpty()) {
            LOG.error(
                    "{} was closed and left threads running: {}; its close must end them",
                    activity.title(),
                    String.join(", ", left));
        }
    }

    /** The plugin. */
    public FoundPlugin<? extends Provider<T>> plugin() {
        return plugin;
    }

    /** How far it has come. */
    public State state() {
        return state;
    }

    /** How many calls it was asked to serve, and how many nanoseconds they took together. */
    public Usage usage() {
        return Usage.of(activity);
    }
}
