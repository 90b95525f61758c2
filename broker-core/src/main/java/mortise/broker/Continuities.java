package mortise.broker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import mortise.broker.config.BrokerSettings;
import mortise.broker.config.ConfigLayers;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.PluginSet;
import mortise.broker.plugin.RefusedPluginException;
import mortise.spi.Capability;
import mortise.spi.Provider;

/** Reads from layers of configuration what a broker follows on. */
final class Continuities {
    private Continuities() {}

    /** Of the values that hold. */
    static Continuity of(
            ConfigLayers layers,
            PluginSet plugins,
            Config config,
            FoundPlugin<? extends Provider<?>> storage,
            FoundPlugin<? extends Provider<?>> consensus) {
        Map<Guard, String> shown = new EnumMap<>(Guard.class);
        for (Guard guard : Guard.values()) {
            shown.put(guard, shown(layers, guard.key()));
        }
        Set<Guard> allowed = EnumSet.noneOf(Guard.class);
        config.get(BrokerSettings.ALLOW_LOOSENING)
                .forEach(name -> Guard.find(name).ifPresent(allowed::add));
        Map<String, Set<String>> installed = new HashMap<>();
        plugins.usable()
                .forEach(plugin ->
                        installed
                                .computeIfAbsent(plugin.kind().name(), none -> new HashSet<>())
                                .add(plugin.name()));
        return new Continuity(
                Protection.of(
                        config, capabilities(config, storage), capabilities(config, consensus)),
                shown,
                allowed,
                config.isSet(BrokerSettings.DATA_DIRECTORY),
                installed);
    }

    private static String shown(ConfigLayers layers, ConfigKey<?> key) {
        return layers.origin(key)
                .map(origin -> "'" + origin.text() + "' (from " + origin.source() + ")")
                .orElseGet(() -> "'" + key.defaultText().orElse("") + "' (the default)");
    }

    private static Set<Capability> capabilities(Config config, FoundPlugin<?> plugin) {
        return plugin.capabilities(config.restrictedTo(plugin.schema()));
    }

    /**
     * What the values that hold take away from what was assembled, and what they name in vain to be
     * taken away.
     */
    static List<ConfigProblem> loosened(
            ConfigLayers layers, PluginSet plugins, Continuity continuity) {
        List<ConfigProblem> problems = new ArrayList<>();
        layers.find(BrokerSettings.ALLOW_LOOSENING).orElse(List.of()).stream()
                .filter(name -> Guard.find(name).isEmpty())
                .map(name ->
                        new ConfigProblem(
                                BrokerSettings.ALLOW_LOOSENING.name(),
                                "'"
                                        + name
                                        + "' is no key whose loosening is refused; those are "
                                        + Guard.keys().stream()
                                                .sorted()
                                                .collect(Collectors.joining(", "))))
                .forEach(problems::add);
        layers.assembled()
                .ifPresent(assembled ->
                        problems.addAll(
                                continuity.loosened(
                                        assembled(assembled, plugins),
                                        "the assembly (" + layers.assembledOrigin() + ")")));
        return problems;
    }

    /** What protects if nothing but the assembly is said. */
    private static Protection assembled(ConfigLayers assembled, PluginSet plugins) {
        Config core = assembled.resolve(Concerns.schema(), Map.of(), new ArrayList<>());
        return Protection.of(
                core,
                assembled(assembled, plugins, PluginKind.STORAGE, BrokerSettings.STORAGE),
                assembled(assembled, plugins, PluginKind.CONSENSUS, BrokerSettings.CONSENSUS));
    }

    /** What an assembled plugin could do; of one that is gone it is taken to be everything. */
    private static <P extends Provider<?>> Set<Capability> assembled(
            ConfigLayers assembled, PluginSet plugins, PluginKind<P> kind, ConfigKey<String> key) {
        try {
            return plugins.catalog(kind)
                    .find(assembled.peek(key))
                    .map(plugin ->
                            plugin.capabilities(
                                    assembled.resolve(
                                            plugin.schema(), Map.of(), new ArrayList<>())))
                    .orElseGet(() -> Set.copyOf(Arrays.asList(Capability.values())));
        } catch (RefusedPluginException | ConfigException broken) {
            // what is wrong with the values is said of the configuration as a whole
            return Set.copyOf(Arrays.asList(Capability.values()));
        }
    }
}
