package mortise.broker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.broker.config.BrokerSettings;
import mortise.broker.config.ConfigLayers;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.PluginSet;
import mortise.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * What a broker is put together from: layers of configuration, the places of plugins, and the world
 * that is handed in. Confined to the thread of the {@link BrokerBuilder} that owns it.
 */
final class BrokerSources {
    private final ConfigLayers layers = new ConfigLayers();
    private final List<HandedIn<?>> handedIn = new ArrayList<>();
    private @Nullable Path pluginDirectory;
    private Clock clock = Clock.system();
    private RandomGenerator random = RandomGenerator.of("SecureRandom");

    /** A plugin instance and what it is. */
    private record HandedIn<P>(PluginKind<P> kind, P plugin) {
        void addTo(PluginSet set) {
            set.add(kind, plugin);
        }
    }

    ConfigLayers layers() {
        return layers;
    }

    /** A provider that is found as if a loader had it, under every kind that it is of. */
    void handIn(Provider<?> provider) {
        List<PluginKind<?>> fitting =
                PluginKind.ALL.stream()
                        .filter(kind -> kind.service().isInstance(provider))
                        .toList();
        if (fitting.isEmpty()) {
            throw new IllegalArgumentException(
                    provider.getClass().getName()
                            + " is no plugin of a known kind; it must implement one of "
                            + PluginKind.ALL.stream()
                                    .map(kind -> kind.service().getName())
                                    .collect(Collectors.joining(", ")));
        }
        fitting.forEach(kind -> handIn(kind, provider));
    }

    <P> void handIn(PluginKind<P> kind, Object plugin) {
        handedIn.add(new HandedIn<>(kind, kind.service().cast(plugin)));
    }

    /** Where plugin folders are, unless the configuration names another directory. */
    void pluginFolders(Path directory) {
        pluginDirectory = directory;
    }

    void clock(Clock replacement) {
        clock = replacement;
    }

    void random(RandomGenerator replacement) {
        random = replacement;
    }

    Clock clock() {
        return clock;
    }

    RandomGenerator random() {
        return random;
    }

    /** Every plugin that is there now. */
    PluginSet discover() {
        PluginSet set =
                PluginSet.discover(
                        layers.find(BrokerSettings.PLUGIN_DIRECTORY).orElse(pluginDirectory));
        handedIn.forEach(plugin -> plugin.addTo(set));
        return set;
    }

    /** The plugin that a key names, or its default; whatever is wrong with other keys. */
    String named(ConfigKey<String> key) {
        return layers.peek(key);
    }

    /** The values of a schema as they are set; what is wrong elsewhere is for a start to say. */
    Config valuesOf(ConfigSchema schema) {
        return layers.resolve(schema, Map.of(), new ArrayList<>());
    }

    /** The world of a plugin that is only tried out. */
    TrialContext trial(String plugin) {
        return new TrialContext(plugin, clock, random);
    }
}
