package mortise.spi;

import java.util.Set;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;

/**
 * A named source of {@code T}, found by {@link java.util.ServiceLoader} in its module's layer. At
 * most one instance is created per broker and name. A provider has a public no-argument constructor
 * that does nothing.
 *
 * @param <T> what it makes. The first of its bounds is what {@code create} returns in compiled
 *     plugins, so it stays the first
 */
public interface Provider<T extends AutoCloseable & Lifecycle> {
    /** What the operator writes to choose it: lower case with dashes, for example {@code local}. */
    String name();

    /** Every key that it reads; nothing else reaches it. */
    ConfigSchema config();

    /**
     * What it can do beyond the least that its kind asks. A capability that is not declared is
     * refused to users by name.
     */
    default Set<Capability> capabilities() {
        return Set.of();
    }

    /** What it can do with these values, where the configuration decides about that. */
    default Set<Capability> capabilities(Config config) {
        return capabilities();
    }

    /**
     * Whether, with these values, it keeps something in {@link PluginContext#dataDirectory}. A
     * broker none of whose plugins does has no data directory, and makes none.
     */
    default boolean usesDataDirectory(Config config) {
        return true;
    }

    /**
     * Validates and allocates. Does no I/O, does not wait and starts no thread: {@link
     * Lifecycle#start} may. It is also called to check a configuration, and what it made is then
     * thrown away without being started or closed.
     *
     * @throws mortise.api.config.ConfigException if the values contradict each other
     */
    @CalledOn(Caller.VIRTUAL)
    T create(Config config, PluginContext context);
}
