package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.api.config.ConfigKey;
import mortise.broker.config.ConfigLayers;
import mortise.broker.config.KafkaNames;

/**
 * What can be configured, by the core and by the plugins that are there, and what is. Confined to
 * its builder's thread.
 */
public final class ConfigReference {
    private final BrokerSources sources;
    private final PluginInventory plugins;

    ConfigReference(BrokerSources sources, PluginInventory plugins) {
        this.sources = sources;
        this.plugins = plugins;
    }

    /** Every configuration key, of the core and of every plugin that can be used. */
    public List<ConfigConcern> concerns() {
        List<ConfigConcern> all = new ArrayList<>(Concerns.CORE);
        plugins.usable().stream()
                .filter(plugin -> !plugin.schema().keys().isEmpty())
                .map(plugin ->
                        new ConfigConcern(
                                plugin.id(), "The plugin " + plugin.id(), plugin.schema()))
                .forEach(all::add);
        return all;
    }

    /** What is set for a key, and where; nothing if nobody set it. */
    public Optional<ConfiguredValue> configured(ConfigKey<?> key) {
        return sources.layers()
                .origin(key)
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
}
