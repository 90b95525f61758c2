package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigProblem;
import mortise.broker.config.BrokerSettings;
import mortise.broker.config.ConfigLayers;
import mortise.broker.metadata.config.StoreTraits;
import mortise.broker.plugin.PluginCatalog;
import mortise.broker.plugin.UnknownPluginException;
import mortise.record.Codec;
import mortise.spi.Capability;
import mortise.spi.Provider;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.storage.StorageProvider;
import mortise.spi.telemetry.MetricsExporterProvider;

/**
 * Puts a broker together: configuration in layers, plugins by name, and, for embedding, plugin
 * instances handed in.
 *
 * <pre>{@code
 * try (Broker broker = new BrokerBuilder().set("listeners", "127.0.0.1:0").set("data.directory", dir).start()) {
 *     HostPort bootstrap = broker.status().listeners().get("PLAINTEXT");
 * }
 * }</pre>
 *
 * <p>Confined to one thread. Later layers win over earlier ones, key by key.
 */
public final class BrokerBuilder {
    private final ConfigLayers layers = new ConfigLayers();
    private final List<Provider<?>> providers = new ArrayList<>();
    private final List<Codec> codecs = new ArrayList<>();
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
        providers.add(provider);
        return this;
    }

    /** Adds a codec that no loader needs to find. */
    public BrokerBuilder codec(Codec codec) {
        codecs.add(codec);
        return this;
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
     * Checks the configuration without starting anything.
     *
     * @throws ConfigException with every problem
     */
    public void check() {
        assembly();
    }

    /**
     * Starts a broker. It is ready when this returns.
     *
     * @throws ConfigException with every problem of the configuration
     * @throws BrokerStartException if it cannot start: one line with cause and remedy
     */
    public Broker start() {
        return Broker.start(assembly());
    }

    private Assembly assembly() {
        try {
            StorageProvider storage =
                    catalog(
                                    "storage",
                                    StorageProvider.class,
                                    ServiceLoader.load(StorageProvider.class))
                            .get(layers.peek(BrokerSettings.STORAGE));
            ConsensusProvider consensus =
                    catalog(
                                    "consensus",
                                    ConsensusProvider.class,
                                    ServiceLoader.load(ConsensusProvider.class))
                            .get(layers.peek(BrokerSettings.CONSENSUS));
            AuthorizerProvider authorizer =
                    layers.find(BrokerSettings.AUTHORIZER)
                            .map(
                                    catalog(
                                                    "authorizer",
                                                    AuthorizerProvider.class,
                                                    ServiceLoader.load(AuthorizerProvider.class))
                                            ::get)
                            .orElse(null);
            PluginCatalog<MetricsExporterProvider> exporterCatalog =
                    catalog(
                            "metrics",
                            MetricsExporterProvider.class,
                            ServiceLoader.load(MetricsExporterProvider.class));
            List<MetricsExporterProvider> exporters =
                    layers.find(BrokerSettings.METRICS).orElse(List.of()).stream()
                            .map(exporterCatalog::get)
                            .toList();
            Config config =
                    layers.resolve(Assembly.schema(storage, consensus, authorizer, exporters));
            checkDurability(config, new StoreTraits(storage.name(), storage.capabilities()));
            return new Assembly(
                    config, storage, consensus, authorizer, exporters, codecs(), clock, random);
        } catch (UnknownPluginException unknown) {
            throw new BrokerStartException(String.valueOf(unknown.getMessage()), unknown);
        }
    }

    private static void checkDurability(Config config, StoreTraits store) {
        if (config.get(BrokerSettings.DURABILITY) == BrokerSettings.Durability.FSYNC) {
            String lack =
                    store.lack(
                            Capability.DURABLE, "use durability: page-cache, or a durable store");
            if (lack != null) {
                throw new ConfigException(
                        List.of(
                                new ConfigProblem(
                                        BrokerSettings.DURABILITY.name(), "fsync: " + lack)));
            }
        }
    }

    // the loader is made by the caller: ServiceLoader.load looks at its caller's module
    private <P extends Provider<?>> PluginCatalog<P> catalog(
            String kind, Class<P> type, ServiceLoader<P> loader) {
        return PluginCatalog.load(kind, loader)
                .overriddenBy(providers.stream().filter(type::isInstance).map(type::cast).toList());
    }

    private List<Codec> codecs() {
        List<Codec> all = new ArrayList<>(codecs);
        for (Codec found : ServiceLoader.load(Codec.class)) {
            if (all.stream().noneMatch(known -> known.id() == found.id())) {
                all.add(found);
            }
        }
        return all;
    }
}
