package mortise.spi.partition;

import java.util.Collection;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import mortise.api.Causes;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * The partitioners that a program has at hand, by name, for whoever produces records.
 *
 * <pre>{@code
 * Partitioners known = Partitioners.load(ServiceLoader.load(PartitionerProvider.class));
 * try (Partitioner partitioner = known.create("murmur2", Map.of())) {
 *     int partition = partitioner.partition(TopicView.led("orders", 12), key, 100);
 * }
 * }</pre>
 *
 * <p>Immutable.
 */
public final class Partitioners {
    private static final System.Logger LOG = System.getLogger(Partitioners.class.getName());

    private final Map<String, PartitionerProvider> byName;

    private Partitioners(Map<String, PartitionerProvider> byName) {
        this.byName = byName;
    }

    /**
     * Those of the given providers.
     *
     * @throws IllegalArgumentException if two share a name
     */
    public static Partitioners of(Collection<? extends PartitionerProvider> providers) {
        Map<String, PartitionerProvider> byName = new TreeMap<>();
        for (PartitionerProvider provider : providers) {
            PartitionerProvider other = byName.put(provider.name(), provider);
            if (other != null) {
                throw new IllegalArgumentException(
                        "two partitioners are named '"
                                + provider.name()
                                + "': "
                                + other.getClass().getName()
                                + " and "
                                + provider.getClass().getName()
                                + "; remove one");
            }
        }
        return new Partitioners(byName);
    }

    /**
     * Those that a loader finds. One that cannot be loaded is logged by name and left out.
     *
     * @param loader made by the caller, whose module says {@code uses PartitionerProvider}
     */
    public static Partitioners load(ServiceLoader<PartitionerProvider> loader) {
        return of(
                loader.stream()
                        .<PartitionerProvider>mapMulti((candidate, found) -> {
                            PartitionerProvider provider = tried(candidate);
                            if (provider != null) {
                                found.accept(provider);
                            }
                        })
                        .toList());
    }

    private static @Nullable PartitionerProvider tried(
            ServiceLoader.Provider<PartitionerProvider> candidate) {
        try {
            return candidate.get();
        } catch (ServiceConfigurationError broken) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "partitioner {0} cannot be loaded and is left out: {1}",
                    candidate.type().getName(),
                    broken.getMessage());
            return null;
        }
    }

    /** The names of all. */
    public Set<String> names() {
        return byName.keySet();
    }

    /**
     * Makes a partitioner and starts it on the calling thread; to be closed by the caller.
     *
     * @param values its configuration, by key; nothing for defaults
     * @throws IllegalArgumentException if there is none of this name; the message lists those that
     *     there are
     * @throws ConfigException with every problem of the values
     * @throws PartitionerException if it does not start
     */
    public Partitioner create(String name, Map<String, String> values) {
        PartitionerProvider provider = byName.get(name);
        if (provider == null) {
            throw new IllegalArgumentException(
                    "there is no partitioner named '"
                            + name
                            + "'; known are "
                            + (byName.isEmpty() ? "none" : String.join(", ", byName.keySet())));
        }
        return started(
                name,
                provider.create(Config.of(provider.config(), values), new ProducerContext(name)));
    }

    private static Partitioner started(String name, Partitioner partitioner) {
        try {
            partitioner.start();
            return partitioner;
        } catch (PartitionerException named) {
            partitioner.close();
            throw named;
        } catch (Exception failure) {
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            partitioner.close();
            throw new PartitionerException(
                    "partitioner '" + name + "' failed in start: " + Causes.line(failure), failure);
        }
    }
}
