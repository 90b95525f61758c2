package mortise.broker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import mortise.api.config.ConfigSchema;
import mortise.broker.config.BrokerSettings;
import mortise.broker.config.ConfigLayers;
import mortise.broker.config.KafkaNames;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.MeteredCodec;
import mortise.broker.plugin.PartitionerPlugin;
import mortise.broker.plugin.PluginInstance;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.PluginSet;
import mortise.broker.plugin.PluginSettings;
import mortise.broker.plugin.RefusedPlugin;
import mortise.broker.plugin.RefusedPluginException;
import mortise.broker.plugin.UnknownPluginException;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.spi.Provider;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.partition.Partitioners;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.storage.StorageProvider;
import mortise.spi.telemetry.MetricsExporterProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a broker together: configuration in layers, plugins by name, and, for embedding, plugin
 * instances handed in.
 *
 * <pre>{@code
 * try (Broker broker = new BrokerBuilder()
 *         .set("listeners", "127.0.0.1:0")
 *         .set("data.directory", directory)
 *         .start()) {
 *     HostPort bootstrap = broker.status().listeners().get("PLAINTEXT");
 * }
 * }</pre>
 *
 * <p>Confined to one thread. Later layers win over earlier ones, key by key.
 */
public final class BrokerBuilder {
    /** The name of the index in a plugin folder. */
    public static final String FOLDER_INDEX = PluginSet.FOLDER_INDEX;

    private static final Logger LOG = LoggerFactory.getLogger(BrokerBuilder.class);

    /** The kinds of which a broker runs one, and the key that chooses it. */
    private static final Map<PluginKind<?>, ConfigKey<String>> CHOOSING_ONE =
            Map.of(
                    PluginKind.STORAGE, BrokerSettings.STORAGE,
                    PluginKind.CONSENSUS, BrokerSettings.CONSENSUS,
                    PluginKind.PLACEMENT, BrokerSettings.PLACEMENT,
                    PluginKind.AUTHORIZER, BrokerSettings.AUTHORIZER);

    private final ConfigLayers layers = new ConfigLayers();
    private final List<HandedIn<?>> handedIn = new ArrayList<>();
    private final List<PartitionerPlugin> partitioners = new ArrayList<>();
    private @Nullable Path pluginDirectory;
    private @Nullable RefusedRequests refusals;
    private Clock clock = Clock.system();
    private RandomGenerator random = RandomGenerator.of("SecureRandom");

    /** Nothing but defaults. */
    public BrokerBuilder() {}

    /**
     * Puts configuration values on top.
     *
     * @param origin where they come from, for messages
     */
    public BrokerBuilder layer(String origin, Map<String, String> values) {
        layers.add(origin, values);
        return this;
    }

    /**
     * Puts what the broker was assembled with below all other values. What of it protects records
     * or clients is not taken away by them, unless the key {@code allow-loosening} says so.
     *
     * @param origin where the values come from, for messages
     */
    public BrokerBuilder assembled(String origin, Map<String, String> values) {
        layers.addAssembled(origin, values);
        return this;
    }

    /** Puts the {@code MORTISE_…} variables of an environment on top. */
    public BrokerBuilder environment(Map<String, String> variables) {
        layers.addEnvironment(variables);
        return this;
    }

    /** Puts one value on top. */
    public BrokerBuilder set(String key, String value) {
        return layer("program", Map.of(key, value));
    }

    /**
     * Adds a plugin that no loader needs to find; it takes the place of one of the same kind and
     * name.
     */
    public BrokerBuilder plugin(Provider<?> provider) {
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
        return this;
    }

    /** Adds a codec that no loader needs to find. */
    public BrokerBuilder codec(Codec codec) {
        handIn(PluginKind.CODEC, codec);
        return this;
    }

    private <P> void handIn(PluginKind<P> kind, Object plugin) {
        handedIn.add(new HandedIn<>(kind, kind.service().cast(plugin)));
    }

    /**
     * Looks for plugin folders in a directory, each of which is loaded as a module layer of its
     * own.
     *
     * @param directory need not exist
     */
    public BrokerBuilder pluginFolders(Path directory) {
        pluginDirectory = directory;
        return this;
    }

    /** A plugin instance and what it is. */
    private record HandedIn<P>(PluginKind<P> kind, P plugin) {
        void addTo(PluginSet set) {
            set.add(kind, plugin);
        }
    }

    /** Replaces the machine's clocks. */
    public BrokerBuilder clock(Clock replacement) {
        clock = replacement;
        return this;
    }

    /** Replaces the source of randomness, which chooses identities. */
    public BrokerBuilder random(RandomGenerator replacement) {
        random = replacement;
        return this;
    }

    /**
     * Has the broker refuse requests on purpose, for tests of clients. A broker that is built
     * without this serves every request by the shortest way.
     */
    public BrokerBuilder refusing(RefusedRequests requests) {
        refusals = requests;
        return this;
    }

    /**
     * Checks the configuration without starting anything.
     *
     * @throws ConfigException with every problem
     */
    public void check() {
        var _ = checked();
    }

    /**
     * Checks the configuration, and whether it goes with what is in the data directory, without
     * starting or writing anything.
     *
     * @throws ConfigException with every problem
     * @throws BrokerStartException if the data directory is kept by other plugins
     */
    public void checkStart() {
        Assembly assembly = checked();
        try {
            DirectoryKeepers.examine(assembly);
        } catch (RefusedDirectoryException | RefusedPluginException refused) {
            throw new BrokerStartException(String.valueOf(refused.getMessage()), refused);
        }
    }

    private Assembly checked() {
        Assembly assembly = assembly();
        List<ConfigProblem> problems = new ArrayList<>();
        assembly.plugins().values().forEach(plugin -> tryOut(plugin, assembly.config(), problems));
        assembly.exporters().forEach(plugin -> tryOut(plugin, assembly.config(), problems));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return assembly;
    }

    /**
     * Starts a broker. It is ready when this returns.
     *
     * @throws ConfigException with every problem of the configuration
     * @throws BrokerStartException if it cannot start: one line with cause and remedy
     */
    public Broker start() {
        return Broker.start(assembly(), refusals);
    }

    /**
     * Opens the logs of a broker that does not run, for its operator.
     *
     * @throws ConfigException with every problem of the configuration
     * @throws BrokerStartException if the data directory cannot be used
     */
    public OfflineLogs offlineLogs() {
        return OfflineLogs.open(assembly());
    }

    /**
     * Everything that this broker could be assembled from, and everything in a plugin's place that
     * cannot be used. Nothing is started.
     */
    public List<InstalledPlugin> installedPlugins() {
        PluginSet set = discover();
        List<InstalledPlugin> all = new ArrayList<>();
        set.usable().forEach(plugin -> all.add(asConfigured(plugin)));
        set.refused().forEach(plugin -> all.add(InstalledPlugin.refused(plugin)));
        return all;
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

    private InstalledPlugin verified(FoundPlugin<?> plugin) {
        InstalledPlugin found = InstalledPlugin.found(plugin, false);
        if (plugin.provider() instanceof Provider<?> provider) {
            try {
                PluginInstance.tryOut(
                        plugin,
                        provider,
                        Config.of(plugin.schema(), Map.of()),
                        PluginSettings.from(Config.of(PluginSettings.SCHEMA, Map.of())),
                        new TrialContext(plugin.name(), clock, random));
            } catch (ConfigException needsValues) {
                return found;
            } catch (RefusedPluginException broken) {
                return found.refusedFor(String.valueOf(broken.getMessage()));
            }
        }
        return found;
    }

    /**
     * An index of one plugin folder, which spares a start listing its jars: the text of its file
     * {@value #FOLDER_INDEX}. None for a folder that cannot have one, such as one with a damaged
     * jar.
     */
    public Optional<String> indexFolder(Path folder) {
        return PluginSet.indexFolder(folder);
    }

    /**
     * The partitioners among the plugins, for a program that produces records itself; a broker has
     * no use for them. Each is created within {@code plugins.create-timeout}, has its plugin's name
     * in every failure, and is counted ({@link #partitionerActivity}).
     */
    public Partitioners partitioners() {
        // what is wrong with other keys is for a broker to say
        PluginSettings settings =
                PluginSettings.from(
                        layers.resolve(PluginSettings.SCHEMA, Map.of(), new ArrayList<>()));
        List<PartitionerPlugin> found =
                discover().catalog(PluginKind.PARTITIONER).all().stream()
                        .map(plugin -> new PartitionerPlugin(plugin, settings, clock))
                        .toList();
        partitioners.addAll(found);
        return Partitioners.of(found);
    }

    /** What the partitioners that came from here have done, by plugin; nothing for the unused. */
    public List<BrokerStatus.Plugin> partitionerActivity() {
        return partitioners.stream()
                .filter(plugin -> plugin.usage().calls() > 0)
                .map(plugin ->
                        BrokerStatus.Plugin.of(
                                PluginKind.PARTITIONER,
                                plugin.name(),
                                plugin.capabilities(),
                                "started",
                                plugin.usage()))
                .toList();
    }

    /**
     * gzip and the codecs among the plugins, for a program that produces or consumes records
     * itself. A broker has them without this.
     */
    public Codecs codecs() {
        return Codecs.load(
                discover().catalog(PluginKind.CODEC).all().stream()
                        .<Codec>map(plugin -> new MeteredCodec(plugin, clock))
                        .toList());
    }

    private InstalledPlugin asConfigured(FoundPlugin<?> plugin) {
        try {
            return InstalledPlugin.found(plugin, isChosen(plugin))
                    .withCapabilities(
                            plugin.capabilities(
                                    layers.resolve(plugin.schema(), Map.of(), new ArrayList<>())));
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
            return layers.find(one).filter(plugin.name()::equals).isPresent();
        }
        return kind.equals(PluginKind.METRICS)
                ? layers.find(BrokerSettings.METRICS)
                        .filter(names -> names.contains(plugin.name()))
                        .isPresent()
                : kind.equals(PluginKind.CODEC);
    }

    private PluginSet discover() {
        PluginSet set =
                PluginSet.discover(
                        layers.find(BrokerSettings.PLUGIN_DIRECTORY).orElse(pluginDirectory));
        handedIn.forEach(plugin -> plugin.addTo(set));
        return set;
    }

    Assembly assembly() {
        LoggingFacade.check();
        PluginSet plugins = discover();
        plugins.warnings().forEach(LOG::warn);
        List<ConfigProblem> problems = new ArrayList<>();
        FoundPlugin<StorageProvider> storage =
                chosen(plugins, PluginKind.STORAGE, BrokerSettings.STORAGE, problems);
        FoundPlugin<ConsensusProvider> consensus =
                chosen(plugins, PluginKind.CONSENSUS, BrokerSettings.CONSENSUS, problems);
        FoundPlugin<PlacementProvider> placement =
                chosen(plugins, PluginKind.PLACEMENT, BrokerSettings.PLACEMENT, problems);
        FoundPlugin<AuthorizerProvider> authorizer =
                layers.peek(BrokerSettings.AUTHORIZER).equals(BrokerSettings.NO_AUTHORIZER)
                        ? null
                        : chosen(
                                plugins,
                                PluginKind.AUTHORIZER,
                                BrokerSettings.AUTHORIZER,
                                problems);
        List<FoundPlugin<MetricsExporterProvider>> exporters = exporters(plugins, problems);
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
        Config config = layers.resolve(schema, idle(plugins, found), problems);
        problems.addAll(
                Contradictions.of(
                        config, Optional.ofNullable(storage), Optional.ofNullable(consensus)));
        Continuity continuity =
                problems.isEmpty() && storage != null && consensus != null
                        ? Continuities.of(layers, plugins, config, storage, consensus)
                        : null;
        if (continuity != null) {
            problems.addAll(Continuities.loosened(layers, plugins, continuity));
        }
        if (continuity == null
                || storage == null
                || consensus == null
                || placement == null
                || !problems.isEmpty()) {
            found.forEach(plugin -> tryOut(plugin, config, problems));
            throw new ConfigException(problems);
        }
        return new Assembly(
                config,
                storage,
                consensus,
                placement,
                authorizer,
                exporters,
                List.copyOf(plugins.catalog(PluginKind.CODEC).all()),
                clock,
                random,
                continuity);
    }

    /**
     * Has a plugin look at its values, as it does at the start. What it makes is not closed: it was
     * never started, so it holds nothing, and closing may leave traces in its directories.
     */
    private void tryOut(
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
                                new TrialContext(plugin.name(), clock, random));
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

    /**
     * Every plugin that can be used, chosen or not, with what it can do as it is configured.
     * Nothing is started.
     */
    public List<InstalledPlugin> available() {
        return installedPlugins().stream()
                .filter(plugin -> plugin.state() != InstalledPlugin.State.REFUSED)
                .toList();
    }

    /** Every configuration key, of the core and of every plugin that can be used. */
    public List<ConfigConcern> concerns() {
        List<ConfigConcern> all = new ArrayList<>(Concerns.CORE);
        available().stream()
                .filter(plugin -> !plugin.schema().keys().isEmpty())
                .map(plugin ->
                        new ConfigConcern(
                                plugin.id(), "The plugin " + plugin.id(), plugin.schema()))
                .forEach(all::add);
        return all;
    }

    /** What is set for a key, and where; nothing if nobody set it. */
    public Optional<ConfiguredValue> configured(ConfigKey<?> key) {
        return layers.origin(key)
                .map(origin -> new ConfiguredValue(origin.text(), origin.source(), origin.name()));
    }

    /** The environment variable of a key. */
    public static String environmentName(ConfigKey<?> key) {
        return ConfigLayers.environmentName(key);
    }

    /** Apache Kafka's broker settings that are refused, each with what holds instead. */
    public static Map<String, String> kafkaSettingsWithoutCounterpart() {
        return KafkaNames.read().remarks();
    }

    private <P> @Nullable FoundPlugin<P> chosen(
            PluginSet plugins,
            PluginKind<P> kind,
            ConfigKey<String> key,
            List<ConfigProblem> problems) {
        return named(plugins, kind, layers.peek(key), problems);
    }

    private List<FoundPlugin<MetricsExporterProvider>> exporters(
            PluginSet plugins, List<ConfigProblem> problems) {
        return layers.find(BrokerSettings.METRICS).orElse(List.of()).stream()
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
