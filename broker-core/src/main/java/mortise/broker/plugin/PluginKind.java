package mortise.broker.plugin;

import java.util.List;
import java.util.Set;
import mortise.api.config.ConfigSchema;
import mortise.record.Codec;
import mortise.spi.Capability;
import mortise.spi.Provider;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.storage.StorageProvider;
import mortise.spi.telemetry.MetricsExporterProvider;

/**
 * A kind of plugin: something that people disagree about, and the service that stands for it.
 *
 * @param name what the operator calls it, as in {@code plugins.storage}
 * @param service the service type that plugins provide: a {@link Provider}, or {@link Codec}
 */
public record PluginKind<P>(String name, Class<P> service) {
    /** Where partition logs are kept. */
    public static final PluginKind<StorageProvider> STORAGE =
            new PluginKind<>("storage", StorageProvider.class);

    /** How the brokers of a cluster agree. */
    public static final PluginKind<ConsensusProvider> CONSENSUS =
            new PluginKind<>("consensus", ConsensusProvider.class);

    /** Who may do what. */
    public static final PluginKind<AuthorizerProvider> AUTHORIZER =
            new PluginKind<>("authorizer", AuthorizerProvider.class);

    /** Who is told of metrics and health; any number of them are in use. */
    public static final PluginKind<MetricsExporterProvider> METRICS =
            new PluginKind<>("metrics", MetricsExporterProvider.class);

    /** Which brokers hold the replicas of new partitions. */
    public static final PluginKind<PlacementProvider> PLACEMENT =
            new PluginKind<>("placement", PlacementProvider.class);

    /** Which partition a record goes to; chosen where records are produced, not by a broker. */
    public static final PluginKind<PartitionerProvider> PARTITIONER =
            new PluginKind<>("partitioner", PartitionerProvider.class);

    /** What opens compressed batches; all that are found are in use. */
    public static final PluginKind<Codec> CODEC = new PluginKind<>("codec", Codec.class);

    /** Every kind there is. */
    public static final List<PluginKind<?>> ALL =
            List.of(STORAGE, CONSENSUS, PLACEMENT, AUTHORIZER, METRICS, CODEC, PARTITIONER);

    String nameOf(P plugin) {
        return plugin instanceof Provider<?> provider ? provider.name() : codec(plugin).name();
    }

    ConfigSchema schemaOf(P plugin) {
        return plugin instanceof Provider<?> provider ? provider.config() : ConfigSchema.empty();
    }

    Set<Capability> capabilitiesOf(P plugin) {
        return plugin instanceof Provider<?> provider ? provider.capabilities() : Set.of();
    }

    private static Codec codec(Object plugin) {
        return (Codec) plugin;
    }

    /**
     * The name under which an assembly lists one of these: {@code storage-local}.
     *
     * @param plugin its name within the kind
     */
    public String qualified(String plugin) {
        return name + "-" + plugin;
    }

    @Override
    public String toString() {
        return name;
    }
}
