package mortise.broker.plugin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mortise.spi.Provider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The providers of one kind, by name. Immutable. */
public final class PluginCatalog<P extends Provider<?>> {
    private static final Logger LOG = LoggerFactory.getLogger(PluginCatalog.class);

    private final String kind;
    private final Map<String, P> byName;

    private PluginCatalog(String kind, Map<String, P> byName) {
        this.kind = kind;
        this.byName = byName;
    }

    /**
     * The given providers.
     *
     * @param kind what the operator calls the kind, for example {@code storage}
     * @throws IllegalArgumentException if two share a name
     */
    public static <P extends Provider<?>> PluginCatalog<P> of(
            String kind, Collection<? extends P> providers) {
        Map<String, P> byName = new TreeMap<>();
        for (P provider : providers) {
            P other = byName.put(provider.name(), provider);
            if (other != null) {
                throw new IllegalArgumentException(
                        "two "
                                + kind
                                + " plugins are named '"
                                + provider.name()
                                + "': "
                                + where(other)
                                + " and "
                                + where(provider)
                                + "; remove one");
            }
        }
        return new PluginCatalog<>(kind, byName);
    }

    /**
     * The providers that the loader finds. One that cannot be loaded is logged by name and left
     * out.
     */
    public static <P extends Provider<?>> PluginCatalog<P> load(
            String kind, ServiceLoader<P> loader) {
        List<P> found = new ArrayList<>();
        loader.stream()
                .forEach(candidate -> {
                    try {
                        found.add(candidate.get());
                    } catch (ServiceConfigurationError broken) {
                        LOG.error(
                                "{} plugin {} cannot be loaded and is left out: {}",
                                kind,
                                candidate.type().getName(),
                                broken.getMessage());
                    }
                });
        return of(kind, found);
    }

    /** This catalog with further providers, which take the place of those of the same name. */
    public PluginCatalog<P> overriddenBy(Collection<? extends P> providers) {
        Map<String, P> merged = new TreeMap<>(byName);
        providers.forEach(provider -> merged.put(provider.name(), provider));
        return new PluginCatalog<>(kind, merged);
    }

    /**
     * The provider of this name.
     *
     * @throws UnknownPluginException if there is none, listing those that there are
     */
    public P get(String name) {
        P provider = byName.get(name);
        if (provider == null) {
            throw new UnknownPluginException(
                    "plugins."
                            + kind
                            + ": there is no "
                            + kind
                            + " plugin named '"
                            + name
                            + "'; known are "
                            + (byName.isEmpty()
                                    ? "none"
                                    : byName.keySet().stream().collect(Collectors.joining(", "))));
        }
        return provider;
    }

    /** The provider of this name, if there is one. */
    public Optional<P> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All providers, by name. */
    public Collection<P> all() {
        return byName.values();
    }

    private static String where(Provider<?> provider) {
        Module module = provider.getClass().getModule();
        return provider.getClass().getName()
                + (module.isNamed() ? " of module " + module.getName() : "");
    }
}
