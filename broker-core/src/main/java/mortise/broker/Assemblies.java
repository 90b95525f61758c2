package mortise.broker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import mortise.api.config.ConfigSchema;
import mortise.broker.config.BrokerSettings;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.PluginInstance;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.PluginSet;
import mortise.broker.plugin.PluginSettings;
import mortise.broker.plugin.RefusedPluginException;
import mortise.broker.plugin.UnknownPluginException;
import mortise.spi.Provider;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.storage.StorageProvider;
import mortise.spi.telemetry.MetricsExporterProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes assemblies: chooses plugins by name, checks what they and the core are configured with. */
final class Assemblies {
    private static final Logger LOG = LoggerFactory.getLogger(Assemblies.class);

    private Assemblies() {}

    /**
     * What a configuration makes, when each plugin has looked at its values too.
     *
     * @throws ConfigException with every problem
     */
    static Assembly checked(BrokerSources sources) {
        Assembly assembly = of(sources);
        List<ConfigProblem> problems = new ArrayList<>();
        assembly.found()
                .configured()
                .forEach(plugin -> tryOut(sources, plugin, assembly.config(), problems));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return assembly;
    }

    /**
     * What a configuration makes.
     *
     * @throws ConfigException with every problem
     */
    static Assembly of(BrokerSources sources) {
        LoggingFacade.check();
        PluginSet plugins = sources.discover();
        plugins.warnings().forEach(LOG::warn);
        List<ConfigProblem> problems = new ArrayList<>();
        FoundPlugin<StorageProvider> storage =
                chosen(sources, plugins, PluginKind.STORAGE, BrokerSettings.STORAGE, problems);
        FoundPlugin<ConsensusProvider> consensus =
                chosen(sources, plugins, PluginKind.CONSENSUS, BrokerSettings.CONSENSUS, problems);
        FoundPlugin<PlacementProvider> placement =
                chosen(sources, plugins, PluginKind.PLACEMENT, BrokerSettings.PLACEMENT, problems);
        FoundPlugin<AuthorizerProvider> authorizer =
                sources.named(BrokerSettings.AUTHORIZER).equals(BrokerSettings.NO_AUTHORIZER)
                        ? null
                        : chosen(
                                sources,
                                plugins,
                                PluginKind.AUTHORIZER,
                                BrokerSettings.AUTHORIZER,
                                problems);
        List<FoundPlugin<MetricsExporterProvider>> exporters =
                exporters(sources, plugins, problems);
        List<FoundPlugin<? extends Provider<?>>> found =
                Stream.concat(
                                Stream.of(storage, consensus, placement, authorizer),
                                exporters.stream())
                        .<FoundPlugin<? extends Provider<?>>>mapMulti((plugin, out) -> {
                            if (plugin != null) {
                                out.accept(plugin);
                            }
                        })
                        .toList();
        ConfigSchema schema = Concerns.schema();
        for (FoundPlugin<?> plugin : found) {
            schema = schema.and(plugin.schema());
        }
        Config config = sources.layers().resolve(schema, idle(plugins, found), problems);
        problems.addAll(
                Contradictions.of(
                        config, Optional.ofNullable(storage), Optional.ofNullable(consensus)));
        Continuity continuity =
                problems.isEmpty() && storage != null && consensus != null
                        ? Continuities.of(sources.layers(), plugins, config, storage, consensus)
                        : null;
        if (continuity != null) {
            problems.addAll(Continuities.loosened(sources.layers(), plugins, continuity));
        }
        if (continuity == null
                || storage == null
                || consensus == null
                || placement == null
                || !problems.isEmpty()) {
            found.forEach(plugin -> tryOut(sources, plugin, config, problems));
            throw new ConfigException(problems);
        }
        return new Assembly(
                config,
                new FoundPlugins(
                        storage,
                        consensus,
                        placement,
                        authorizer,
                        exporters,
                        List.copyOf(plugins.catalog(PluginKind.CODEC).all())),
                sources.clock(),
                sources.random(),
                continuity);
    }

    /**
     * Has a plugin look at its values, as it does at the start. What it makes is not closed: it was
     * never started, so it holds nothing, and closing may leave traces in its directories.
     */
    private static void tryOut(
            BrokerSources sources,
            FoundPlugin<? extends Provider<?>> plugin,
            Config config,
            List<ConfigProblem> problems) {
        Contradictions.collect(
                problems,
                () -> {
                    try {
                        PluginInstance.tryOut(
                                plugin,
                                config.restrictedTo(plugin.schema()),
                                PluginSettings.from(config),
                                sources.trial(plugin.name()));
                    } catch (RefusedPluginException broken) {
                        problems.add(
                                new ConfigProblem(
                                        "plugins." + plugin.kind(),
                                        String.valueOf(broken.getMessage())));
                    }
                });
    }

    /** The keys of the plugins that are there and not chosen, by who would read them. */
    private static Map<String, ConfigSchema> idle(
            PluginSet plugins, List<FoundPlugin<? extends Provider<?>>> chosen) {
        Map<String, ConfigSchema> idle = new LinkedHashMap<>();
        plugins.usable().stream()
                .filter(plugin -> !chosen.contains(plugin))
                .forEach(plugin ->
                        idle.put(plugin.kind().qualified(plugin.name()), plugin.schema()));
        return idle;
    }

    private static <P> @Nullable FoundPlugin<P> chosen(
            BrokerSources sources,
            PluginSet plugins,
            PluginKind<P> kind,
            ConfigKey<String> key,
            List<ConfigProblem> problems) {
        return named(plugins, kind, sources.named(key), problems);
    }

    private static List<FoundPlugin<MetricsExporterProvider>> exporters(
            BrokerSources sources, PluginSet plugins, List<ConfigProblem> problems) {
        return sources.layers().find(BrokerSettings.METRICS).orElse(List.of()).stream()
                .map(name -> named(plugins, PluginKind.METRICS, name, problems))
                .filter(Objects::nonNull)
                .toList();
    }

    private static <P> @Nullable FoundPlugin<P> named(
            PluginSet plugins, PluginKind<P> kind, String name, List<ConfigProblem> problems) {
        try {
            return plugins.catalog(kind).get(name);
        } catch (UnknownPluginException unknown) {
            problems.add(new ConfigProblem(unknown.key(), String.valueOf(unknown.getMessage())));
            return null;
        }
    }
}
