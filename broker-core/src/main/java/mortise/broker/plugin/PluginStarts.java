package mortise.broker.plugin;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plugins that start side by side, each on a virtual thread of its own and within its bound of
 * time. Who waits for all of them hears of the first that fails as soon as it does. Confined to the
 * thread that starts the broker.
 */
public final class PluginStarts {
    private static final Logger LOG = LoggerFactory.getLogger(PluginStarts.class);

    /** How long a start may take before the log says who is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Set<PluginInstance<?>> starting = new LinkedHashSet<>();
    private final BlockingQueue<PluginInstance<?>> ended = new LinkedBlockingQueue<>();

    /** Nothing starts yet. */
    public PluginStarts() {}

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
        instance.begin(more, () -> ended.add(instance));
    }

    /**
     * Waits until every plugin is ready.
     *
     * @throws RefusedPluginException if one throws or takes too long; others may still be starting
     * @throws mortise.spi.storage.StorageException if a store says so
     */
    public void await() {
        while (!starting.isEmpty()) {
            PluginInstance<?> next = next();
            if (next != null) {
                next.started();
                starting.remove(next);
            } else {
                starting.stream()
                        .filter(PluginInstance::isOutOfTime)
                        .forEach(PluginInstance::started);
                LOG.info(
                        "the start waits for {}",
                        starting.stream()
                                .map(PluginInstance::whereItIs)
                                .collect(Collectors.joining(", ")));
            }
        }
    }

    /** The next one whose start has ended; null if that takes long. */
    private @Nullable PluginInstance<?> next() {
        Duration wait = PATIENCE;
        for (PluginInstance<?> instance : starting) {
            Duration left = instance.timeLeft();
            wait = left.compareTo(wait) < 0 ? left : wait;
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return ended.poll(Math.max(wait.toNanos(), 0), TimeUnit.NANOSECONDS);
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
