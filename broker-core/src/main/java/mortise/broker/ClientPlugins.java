package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import mortise.broker.plugin.MeteredCodec;
import mortise.broker.plugin.PartitionerPlugin;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.PluginSettings;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.spi.partition.Partitioners;

/**
 * The plugins that a program uses which produces or consumes records itself. Confined to its
 * builder's thread.
 */
final class ClientPlugins {
    private final BrokerSources sources;
    private final List<PartitionerPlugin> handedOut = new ArrayList<>();

    ClientPlugins(BrokerSources sources) {
        this.sources = sources;
    }

    /** See {@link BrokerBuilder#partitioners}. */
    Partitioners partitioners() {
        // what is wrong with other keys is for a broker to say
        PluginSettings settings = PluginSettings.from(sources.valuesOf(PluginSettings.SCHEMA));
        List<PartitionerPlugin> found =
                sources.discover().catalog(PluginKind.PARTITIONER).all().stream()
                        .map(plugin -> new PartitionerPlugin(plugin, settings, sources.clock()))
                        .toList();
        handedOut.addAll(found);
        return Partitioners.of(found);
    }

    /** See {@link BrokerBuilder#partitionerActivity}. */
    List<BrokerStatus.Plugin> activity() {
        return handedOut.stream()
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

    /** See {@link BrokerBuilder#codecs}. */
    Codecs codecs() {
        return Codecs.load(
                sources.discover().catalog(PluginKind.CODEC).all().stream()
                        .<Codec>map(plugin -> new MeteredCodec(plugin, sources.clock()))
                        .toList());
    }
}
