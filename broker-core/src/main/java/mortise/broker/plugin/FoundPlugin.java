package mortise.broker.plugin;

import java.util.Set;
import java.util.function.Supplier;
import mortise.api.Causes;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.Capability;
import mortise.spi.Provider;

/**
 * A plugin that was found and can be used, with what it says of itself.
 *
 * @param name its name within its kind
 * @param provider what the service loader made
 * @param schema the configuration keys that it reads
 * @param capabilities what it declares to be able to do
 */
public record FoundPlugin<P>(
        PluginKind<P> kind,
        String name,
        P provider,
        PluginOrigin origin,
        ConfigSchema schema,
        Set<Capability> capabilities) {
    public FoundPlugin {
        capabilities = Set.copyOf(capabilities);
    }

    /** Asks a plugin for all that it says of itself; it may throw anything. */
    static <P> FoundPlugin<P> of(PluginKind<P> kind, P provider, PluginOrigin origin) {
        return new FoundPlugin<>(
                kind,
                kind.nameOf(provider),
                provider,
                origin,
                kind.schemaOf(provider),
                kind.capabilitiesOf(provider));
    }

    /**
     * What it can do as it is configured.
     *
     * @param config the values of its own keys
     * @throws RefusedPluginException if it throws
     */
    public Set<Capability> capabilities(Config config) {
        return provider instanceof Provider<?> asked
                ? told("capabilities", () -> Set.copyOf(asked.capabilities(config)))
                : capabilities;
    }

    /**
     * Whether it keeps files, as it is configured.
     *
     * @param config the values of its own keys
     * @throws RefusedPluginException if it throws
     */
    public boolean usesDataDirectory(Config config) {
        return provider instanceof Provider<?> asked
                && told("usesDataDirectory", () -> asked.usesDataDirectory(config));
    }

    private <R> R told(String question, Supplier<R> answer) {
        try {
            return answer.get();
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError failure) {
            throw new RefusedPluginException(
                    title() + " failed in " + question + ": " + Causes.line(failure), failure);
        }
    }

    /** What messages call it: {@code storage plugin 'local'}, with the folder that it is from. */
    public String title() {
        return kind
                + " plugin '"
                + name
                + "'"
                + (origin.isBuiltIn() ? "" : " (" + origin.place() + ")");
    }

    /** The class, and where it is from. */
    String describe() {
        return provider.getClass().getName() + " (" + origin.place() + ")";
    }
}
