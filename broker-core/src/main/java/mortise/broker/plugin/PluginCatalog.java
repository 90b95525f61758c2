package mortise.broker.plugin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The plugins of one kind, by name. Immutable. */
public final class PluginCatalog<P> {
    private final PluginKind<P> kind;
    private final Map<String, FoundPlugin<P>> byName;
    private final List<RefusedPlugin> refused;

    private PluginCatalog(
            PluginKind<P> kind, Map<String, FoundPlugin<P>> byName, List<RefusedPlugin> refused) {
        this.kind = kind;
        this.byName = byName;
        this.refused = refused;
    }

    /**
     * Puts found plugins in order. Of two that share a name neither is used: an operator must say
     * which one is meant by removing the other. A plugin that was handed in takes the place of one
     * that was found.
     */
    static <P> PluginCatalog<P> of(
            PluginKind<P> kind,
            Collection<FoundPlugin<P>> handedIn,
            Collection<FoundPlugin<P>> found,
            Collection<RefusedPlugin> alreadyRefused) {
        Map<String, FoundPlugin<P>> byName = new TreeMap<>();
        List<RefusedPlugin> refused = new ArrayList<>(alreadyRefused);
        Map<String, String> clashes = new TreeMap<>();
        for (FoundPlugin<P> plugin : found) {
            FoundPlugin<P> other = byName.putIfAbsent(plugin.name(), plugin);
            if (other != null) {
                clashes.put(
                        plugin.name(),
                        "two "
                                + kind
                                + " plugins are named '"
                                + plugin.name()
                                + "': "
                                + other.describe()
                                + " and "
                                + plugin.describe()
                                + "; remove one");
            }
        }
        clashes.forEach((name, reason) -> {
            FoundPlugin<P> first = byName.remove(name);
            if (first != null) {
                refused.add(new RefusedPlugin(first.origin().place(), name, reason));
            }
        });
        handedIn.forEach(plugin -> byName.put(plugin.name(), plugin));
        return new PluginCatalog<>(kind, byName, List.copyOf(refused));
    }

    /**
     * The plugin of this name.
     *
     * @throws UnknownPluginException if there is none, listing those that there are
     */
    public FoundPlugin<P> get(String name) {
        FoundPlugin<P> plugin = byName.get(name);
        if (plugin == null) {
            throw new UnknownPluginException(
                    kind,
                    "there is no "
                            + kind
                            + " plugin named '"
                            + name
                            + "'; known are "
                            + (byName.isEmpty() ? "none" : String.join(", ", byName.keySet()))
                            + refusals(name));
        }
        return plugin;
    }

    private String refusals(String name) {
        StringBuilder text = new StringBuilder();
        for (RefusedPlugin plugin : refused) {
            boolean mayBeMeant =
                    plugin.name().isEmpty()
                            || plugin.name().equals(name)
                            || plugin.name().equals(kind.qualified(name));
            if (mayBeMeant) {
                text.append("; refused: ").append(plugin);
            }
        }
        return text.toString();
    }

    /** The plugin of this name, if there is one. */
    public Optional<FoundPlugin<P>> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All plugins, by name. */
    public Collection<FoundPlugin<P>> all() {
        return byName.values();
    }

    /** What was found of this kind or in no kind at all, and cannot be used. */
    List<RefusedPlugin> refused() {
        return refused;
    }
}
