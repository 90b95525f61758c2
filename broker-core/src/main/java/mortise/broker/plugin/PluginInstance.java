package mortise.broker.plugin;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import mortise.api.ForeignText;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.broker.runtime.UntrustedCalls;
import mortise.spi.Lifecycle;
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
 * <p>Created, started and closed by one thread; its figures may be read by any. {@link
 * PluginStarts} starts it.
 *
 * @param <T> what the plugin makes
 */
public final class PluginInstance<T extends Lifecycle> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginInstance.class);
    private static final Duration THREAD_PATIENCE = Duration.ofSeconds(1);

    private final FoundPlugin<? extends Provider<T>> plugin;
    private final PluginSettings settings;
    private final PluginActivity activity;
    private final PluginThreads threads;
    private final UntrustedCalls calls;
    private final T made;
    private volatile State state = State.CREATED;
    private @Nullable GuardedCall<?> starting;
    private boolean ended;

    /** How far a plugin has come. */
    public enum State {
        /** It exists and does nothing yet. */
        CREATED,
        /** It is at work. */
        STARTED,
        /** It was closed. */
        CLOSED,
        /** It did not start, says that it cannot do its work, or did not close. */
        FAILED
    }

    private PluginInstance(
            FoundPlugin<? extends Provider<T>> plugin,
            PluginSettings settings,
            PluginActivity activity,
            PluginThreads threads,
            UntrustedCalls calls,
            T made) {
        this.plugin = plugin;
        this.settings = settings;
        this.activity = activity;
        this.threads = threads;
        this.calls = calls;
        this.made = made;
    }

    /**
     * Lets a plugin make its instance.
     *
     * @param config the values of the plugin's own keys
     * @throws RefusedPluginException if it throws or takes too long
     * @throws ConfigException if it refuses its configuration
     */
    public static <T extends Lifecycle> PluginInstance<T> create(
            FoundPlugin<? extends Provider<T>> plugin,
            Config config,
            PluginSettings settings,
            PluginWorld world) {
        @Nullable ClassLoader loader = plugin.origin().loader().orElse(null);
        PluginActivity activity =
                new PluginActivity(plugin.title(), loader, world.execution().clock());
        PluginThreads threads = new PluginThreads(plugin.name(), loader, world.execution());
        UntrustedCalls calls = world.execution().untrustedCalls();
        T made =
                made(
                        plugin,
                        config,
                        settings,
                        new GuardedCall.Callee(activity.title(), loader, calls),
                        activity,
                        () -> world.contextFor(plugin.name(), threads));
        return new PluginInstance<>(plugin, settings, activity, threads, calls, made);
    }

    /**
     * Lets a plugin make an instance outside of a broker, one of several whose calls are counted
     * together.
     *
     * @param context which hands out no threads
     * @throws RefusedPluginException if it throws or takes too long
     * @throws ConfigException if it refuses its configuration
     */
    static <T extends Lifecycle> PluginInstance<T> create(
            FoundPlugin<? extends Provider<T>> plugin,
            Config config,
            PluginSettings settings,
            PluginActivity activity,
            PluginContext context) {
        UntrustedCalls calls = UntrustedCalls.ON_VIRTUAL_THREADS;
        T made =
                made(
                        plugin,
                        config,
                        settings,
                        new GuardedCall.Callee(activity.title(), activity.loader(), calls),
                        activity,
                        () -> context);
        return new PluginInstance<>(
                plugin, settings, activity, PluginThreads.none(plugin.name()), calls, made);
    }

    private static <T extends Lifecycle> T made(
            FoundPlugin<? extends Provider<T>> plugin,
            Config config,
            PluginSettings settings,
            GuardedCall.Callee callee,
            PluginActivity activity,
            Supplier<PluginContext> context) {
        T made =
                guarded(
                        callee,
                        activity,
                        "create",
                        settings.createLimit(),
                        () -> plugin.provider().create(config, context.get()));
        if (made == null) {
            throw new RefusedPluginException(
                    plugin.title() + " made nothing: create returned null; it is broken");
        }
        return made;
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
        tryOut(plugin, plugin.provider(), config, settings, context);
    }

    /** The same for a plugin of whatever kind whose provider this is. */
    public static void tryOut(
            FoundPlugin<?> plugin,
            Provider<?> provider,
            Config config,
            PluginSettings settings,
            PluginContext context) {
        PluginActivity activity =
                new PluginActivity(
                        plugin.title(), plugin.origin().loader().orElse(null), context.clock());
        AutoCloseable _ =
                PluginInstance.<AutoCloseable>guarded(
                        new GuardedCall.Callee(
                                activity.title(),
                                activity.loader(),
                                UntrustedCalls.ON_VIRTUAL_THREADS),
                        activity,
                        "create",
                        settings.createLimit(),
                        () -> provider.create(config, context));
    }

    /**
     * Closes it if it was started and nobody else has closed it. What was never started holds
     * nothing, and closing it might leave traces in its directory.
     */
    public void release() {
        if (starting != null) {
            close();
        }
    }

    private static <R extends @Nullable Object> R guarded(
            GuardedCall.Callee callee,
            PluginActivity activity,
            String what,
            Duration limit,
            Callable<R> call) {
        return result(activity, what, GuardedCall.begin(callee, what, limit, call, () -> {}));
    }

    private GuardedCall.Callee callee() {
        return new GuardedCall.Callee(activity.title(), activity.loader(), calls);
    }

    private static <R extends @Nullable Object> R result(
            PluginActivity activity, String what, GuardedCall<R> call) {
        try {
            return call.result();
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
     * Starts it, and waits until it is ready.
     *
     * @throws RefusedPluginException if it throws or takes too long
     */
    void start() {
        begin(() -> {}, () -> {});
        started();
    }

    /**
     * Hands in what its kind is handed when it has started, within the same bound of time.
     *
     * @throws RefusedPluginException if it throws or takes too long
     */
    void start(Runnable more) {
        handIn(more, () -> {});
        started();
    }

    /**
     * Hands in what its kind is handed when it has started, and does not wait.
     *
     * @param whenEnded told, wherever the call was made, when that has returned or thrown
     */
    void handIn(Runnable more, Runnable whenEnded) {
        call(
                () -> {
                    more.run();
                    return true;
                },
                whenEnded);
    }

    /**
     * Starts it, and does not wait.
     *
     * @param more what its kind hands in once it has started
     * @param whenEnded told, wherever the call was made, when the start has returned or thrown
     */
    void begin(Runnable more, Runnable whenEnded) {
        call(
                () -> {
                    made.start();
                    more.run();
                    return true;
                },
                whenEnded);
    }

    private void call(Callable<Boolean> start, Runnable whenEnded) {
        starting = GuardedCall.begin(callee(), "start", settings.startLimit(), start, whenEnded);
    }

    private GuardedCall<?> starting() {
        return Objects.requireNonNull(starting, "it was not started");
    }

    /**
     * Waits until it has started.
     *
     * @throws RefusedPluginException if it throws or takes too long
     */
    void started() {
        State reached = State.FAILED;
        try {
            result(activity, "start", starting());
            reached = State.STARTED;
        } finally {
            state = reached;
        }
    }

    /** How much of its time to start is left. */
    Duration timeLeft() {
        return starting().left();
    }

    /** Whether its time to start is over. */
    boolean isOutOfTime() {
        return !timeLeft().isPositive();
    }

    /** Its name, and where its start is. */
    String whereItIs() {
        return activity.title() + " (" + starting().where() + ")";
    }

    /** Why it says that it cannot do its work, by its name; empty if it does not say so. */
    public Optional<String> failure() {
        if (state != State.STARTED) {
            return Optional.empty();
        }
        return activity.ask(
                "failure",
                () -> made.failure().map(why -> activity.title() + ": " + ForeignText.of(why)),
                (call, failure) -> Optional.of(activity.failed(call, failure)));
    }

    /** Closes the plugin; one that fails, hangs or leaves threads behind is named in the log. */
    @Override
    public void close() {
        end("close", made);
    }

    /** Ends the plugin, perhaps otherwise than by closing it; once it has ended, nothing. */
    void end(String what, AutoCloseable ending) {
        if (ended) {
            return;
        }
        ended = true;
        GuardedCall<?> start = starting;
        if (start != null && !start.endsWithin(settings.stopLimit())) {
            state = State.FAILED;
            LOG.error(
                    "{} is not closed, since it still starts; {}", activity.title(), start.where());
            return;
        }
        try {
            guarded(
                    callee(),
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
        return failure().isPresent() ? State.FAILED : state;
    }

    /** How many calls it was asked to serve, and how many nanoseconds they took together. */
    public Usage usage() {
        return Usage.of(activity);
    }
}
