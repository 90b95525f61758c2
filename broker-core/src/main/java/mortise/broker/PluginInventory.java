package mortise.broker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.broker.config.BrokerSettings;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.PluginInstance;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.PluginSet;
import mortise.broker.plugin.PluginSettings;
import mortise.broker.plugin.RefusedPlugin;
import mortise.broker.plugin.RefusedPluginException;
import mortise.spi.Provider;

/**
 * The plugins that a broker could be assembled from, and everything in a plugin's place that cannot
 * be used. Nothing is started. Looks anew at each question; confined to its builder's thread.
 */
public final class PluginInventory {
    /** The name of the index in a plugin folder. */
    public static final String FOLDER_INDEX = PluginSet.FOLDER_INDEX;

    /** The kinds of which a broker runs one, and the key that chooses it. */
    private static final Map<PluginKind<?>, ConfigKey<String>> CHOOSING_ONE =
            Map.of(
                    PluginKind.STORAGE, BrokerSettings.STORAGE,
                    PluginKind.CONSENSUS, BrokerSettings.CONSENSUS,
                    PluginKind.PLACEMENT, BrokerSettings.PLACEMENT,
                    PluginKind.AUTHORIZER, BrokerSettings.AUTHORIZER);

    private final BrokerSources sources;

    PluginInventory(BrokerSources sources) {
        this.sources = sources;
    }

    /**
     * Everything that this broker could be assembled from, and everything in a plugin's place that
     * cannot be used. Nothing is started.
     */
    public List<InstalledPlugin> installed() {
        PluginSet set = sources.discover();
        List<InstalledPlugin> all = new ArrayList<>();
        set.usable().forEach(plugin -> all.add(asConfigured(plugin)));
        set.refused().forEach(plugin -> all.add(InstalledPlugin.refused(plugin)));
        return all;
    }

    /**
     * Every plugin that can be used, chosen or not, with what it can do as it is configured.
     * Nothing is started.
     */
    public List<InstalledPlugin> usable() {
        return installed().stream()
                .filter(plugin -> plugin.state() != InstalledPlugin.State.REFUSED)
                .toList();
    }

    /**
     * Loads one plugin folder as a broker would beside the plugins that are built in, and tells
     * what it provides, and all that a start would complain of. Each plugin is created with its
     * default values, if it has one for each key that it needs. Nothing is started.
     */
    public VerifiedFolder verifyFolder(Path folder) {
        PluginSet set = PluginSet.ofFolder(folder);
        List<InstalledPlugin> all = new ArrayList<>();
        set.usable().stream()
                .filter(plugin -> plugin.origin().isFolder())
                .forEach(plugin -> all.add(verified(plugin)));
        set.refused().forEach(plugin -> all.add(InstalledPlugin.refused(plugin)));
        return new VerifiedFolder(all, set.problems());
    }

    /**
     * An index of one plugin folder, which spares a start listing its jars: the text of its file
     * {@value #FOLDER_INDEX}. None for a folder that cannot have one, such as one with a damaged
     * jar.
     */
    public Optional<String> indexFolder(Path folder) {
        return PluginSet.indexFolder(folder);
    }

    private InstalledPlugin verified(FoundPlugin<?> plugin) {
        InstalledPlugin found = InstalledPlugin.found(plugin, false);
        if (plugin.provider() instanceof Provider<?> provider) {
            try {
                PluginInstance.tryOut(
                        plugin,
                        provider,
                        Config.defaults(plugin.schema()),
                        PluginSettings.from(Config.defaults(PluginSettings.SCHEMA)),
                        sources.trial(plugin.name()));
            } catch (ConfigException needsValues) {
                return found;
            } catch (RefusedPluginException broken) {
                return found.refusedFor(String.valueOf(broken.getMessage()));
            }
        }
        return found;
    }

    private InstalledPlugin asConfigured(FoundPlugin<?> plugin) {
        try {
            return InstalledPlugin.found(plugin, isChosen(plugin))
                    .withCapabilities(plugin.capabilities(sources.valuesOf(plugin.schema())));
        } catch (RefusedPluginException broken) {
            return InstalledPlugin.refused(
                    new RefusedPlugin(
                            plugin.origin().place(),
                            plugin.name(),
                            String.valueOf(broken.getMessage())));
        }
    }

    private boolean isChosen(FoundPlugin<?> plugin) {
        PluginKind<?> kind = plugin.kind();
        ConfigKey<String> one = CHOOSING_ONE.get(kind);
        if (one != null) {
            return sources.layers().find(one).filter(plugin.name()::equals).isPresent();
        }
        return kind.equals(PluginKind.METRICS)
                ? sources.layers()
                        .find(BrokerSettings.METRICS)
                        .filter(names -> names.contains(plugin.name()))
                        .isPresent()
                : kind.equals(PluginKind.CODEC);
    }
}
