package mortise.broker;

import java.util.List;
import mortise.api.config.ConfigSchema;
import mortise.broker.compaction.CompactionSettings;
import mortise.broker.config.BrokerSettings;
import mortise.broker.fetch.FetchSettings;
import mortise.broker.flush.FlushSettings;
import mortise.broker.group.GroupConfigs;
import mortise.broker.net.NetSettings;
import mortise.broker.partition.PartitionSettings;
import mortise.broker.plugin.PluginSettings;
import mortise.broker.runtime.LaneSettings;
import mortise.broker.telemetry.TelemetrySettings;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.config.TopicConfigs;

/** What the core itself can be told, concern by concern. */
final class Concerns {
    /** In the order in which pages and files list them. */
    static final List<ConfigConcern> CORE =
            List.of(
                    core("The broker", BrokerSettings.SCHEMA),
                    core("Plugins", PluginSettings.SCHEMA),
                    core("Connections and requests", NetSettings.SCHEMA),
                    core("Work that may wait for disks", LaneSettings.SCHEMA),
                    core("Partitions", PartitionSettings.SCHEMA),
                    core("Compaction", CompactionSettings.SCHEMA),
                    core("Syncing to disk", FlushSettings.SCHEMA),
                    core("Fetches", FetchSettings.SCHEMA),
                    core("Groups and their offsets", GroupConfigs.SCHEMA),
                    core("Topics and cluster metadata", part(MetadataSettings.SCHEMA, false)),
                    core("Metrics", TelemetrySettings.SCHEMA),
                    core("Defaults of topics", part(MetadataSettings.SCHEMA, true)));

    private Concerns() {}

    /** All keys of the core. */
    static ConfigSchema schema() {
        return CORE.stream()
                .map(ConfigConcern::keys)
                .reduce(ConfigSchema.empty(), ConfigSchema::and);
    }

    /** The keys that are, or are not, a topic configuration's default. */
    private static ConfigSchema part(ConfigSchema schema, boolean defaults) {
        return ConfigSchema.of(
                schema.keys().stream()
                        .filter(key -> TopicConfigs.defaultedBy(key).isPresent() == defaults)
                        .toList());
    }

    private static ConfigConcern core(String title, ConfigSchema keys) {
        return new ConfigConcern(ConfigConcern.CORE, title, keys);
    }
}
