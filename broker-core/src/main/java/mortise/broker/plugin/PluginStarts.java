package mortise.broker.plugin;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import mortise.api.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plugins that start side by side, each within its bound of time. Who waits for all of them hears
 * of the first that fails as soon as it does. Confined to the serial executor that it is made with.
 */
public final class PluginStarts {
    private static final Logger LOG = LoggerFactory.getLogger(PluginStarts.class);

    /** How long a start may take before the log says who is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A limit that has just passed is met, whatever a clock rounds. */
    private static final Duration SLACK = Duration.ofMillis(1);

    private final Executor steps;
    private final Timers timers;
    private final Set<PluginInstance<?>> starting = new LinkedHashSet<>();
    private final CompletableFuture<Void> all = new CompletableFuture<>();

    /** Nothing starts yet. */
    public PluginStarts(Executor steps, Timers timers) {
        this.steps = steps;
        this.timers = timers;
    }

    /** Starts a plugin, and does not wait for it. */
    public void begin(PluginInstance<?> instance) {
        begin(instance, () -> {});
    }

    /**
     * Starts a plugin, and does not wait for it.
     *
     * @param more what its kind has to hand in, once its own start has returned
     */
    void begin(PluginInstance<?> instance, Runnable more) {
        starting.add(instance);
        instance.begin(more, () -> steps.execute(() -> ended(instance)));
    }

    /** Hands in what the kind of a plugin is handed when it has started, and does not wait. */
    void handIn(PluginInstance<?> instance, Runnable more) {
        starting.add(instance);
        instance.handIn(more, () -> steps.execute(() -> ended(instance)));
    }

    /**
     * Completes when every plugin that was begun is ready; with a {@link RefusedPluginException},
     * or a {@link mortise.spi.storage.StorageException} if a store says so, as soon as one throws
     * or takes too long: others may still be starting then. To be asked once, when all were begun.
     */
    public CompletionStage<Void> all() {
        if (starting.isEmpty()) {
            all.complete(null);
        } else {
            watch();
        }
        return all;
    }

    private void ended(PluginInstance<?> instance) {
        try {
            instance.started();
        } catch (RuntimeException | Error failure) {
            all.completeExceptionally(failure);
        }
        starting.remove(instance);
        if (starting.isEmpty()) {
            all.complete(null);
        }
    }

    private void watch() {
        Duration wait = PATIENCE;
        for (PluginInstance<?> instance : starting) {
            Duration left = instance.timeLeft().plus(SLACK);
            wait = left.compareTo(wait) < 0 ? left : wait;
        }
        Timers.Scheduled look =
                timers.schedule(
                        wait.isNegative() ? Duration.ZERO : wait, () -> steps.execute(this::look));
        var _ = all.whenComplete((nothing, failure) -> look.cancel());
    }

    private void look() {
        if (all.isDone()) {
            return;
        }
        try {
            starting.stream().filter(PluginInstance::isOutOfTime).forEach(PluginInstance::started);
        } catch (RuntimeException | Error failure) {
            all.completeExceptionally(failure);
            return;
        }
        LOG.info(
                "the start waits for {}",
                starting.stream().map(PluginInstance::whereItIs).collect(Collectors.joining(", ")));
        watch();
    }
}
