package mortise.broker;

import java.util.List;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.broker.config.BrokerSettings;
import mortise.broker.fetch.FetchSettings;
import mortise.broker.flush.FlushSettings;
import mortise.broker.metadata.config.MetadataSettings;
import mortise.broker.net.NetSettings;
import mortise.broker.partition.PartitionSettings;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.PluginSettings;
import mortise.broker.telemetry.TelemetrySettings;
import mortise.record.Codec;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.storage.StorageProvider;
import mortise.spi.telemetry.MetricsExporterProvider;
import org.jspecify.annotations.Nullable;

/** What a broker is made of: checked configuration, the chosen plugins, and the world handed in. */
record Assembly(
        Config config,
        FoundPlugin<StorageProvider> storage,
        FoundPlugin<ConsensusProvider> consensus,
        FoundPlugin<PlacementProvider> placement,
        @Nullable FoundPlugin<AuthorizerProvider> authorizer,
        List<FoundPlugin<MetricsExporterProvider>> exporters,
        List<Codec> codecs,
        Clock clock,
        RandomGenerator random) {
    Assembly {
        exporters = List.copyOf(exporters);
        codecs = List.copyOf(codecs);
    }

    /** Every key that a broker of these plugins reads. */
    static ConfigSchema schema(
            FoundPlugin<StorageProvider> storage,
            FoundPlugin<ConsensusProvider> consensus,
            FoundPlugin<PlacementProvider> placement,
            @Nullable FoundPlugin<AuthorizerProvider> authorizer,
            List<FoundPlugin<MetricsExporterProvider>> exporters) {
        ConfigSchema schema =
                BrokerSettings.SCHEMA
                        .and(NetSettings.SCHEMA)
                        .and(PartitionSettings.SCHEMA)
                        .and(FlushSettings.SCHEMA)
                        .and(FetchSettings.SCHEMA)
                        .and(MetadataSettings.SCHEMA)
                        .and(TelemetrySettings.SCHEMA)
                        .and(PluginSettings.SCHEMA)
                        .and(storage.schema())
                        .and(consensus.schema())
                        .and(placement.schema());
        for (FoundPlugin<MetricsExporterProvider> exporter : exporters) {
            schema = schema.and(exporter.schema());
        }
        return authorizer == null ? schema : schema.and(authorizer.schema());
    }

    /** The values that a plugin may see: its own. */
    Config configOf(FoundPlugin<?> plugin) {
        return config.restrictedTo(plugin.schema());
    }
}
