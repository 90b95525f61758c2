package mortise.broker.plugin;

import java.util.Set;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerException;
import mortise.spi.partition.PartitionerProvider;

/**
 * A partitioner plugin as a program uses it that produces records itself: its partitioners are
 * created and closed within bounds of time, named in failures, and counted together. Thread-safe.
 */
public final class PartitionerPlugin implements PartitionerProvider {
    private final FoundPlugin<PartitionerProvider> plugin;
    private final PluginSettings settings;
    private final PluginActivity activity;

    /** A plugin that was found. */
    public PartitionerPlugin(
            FoundPlugin<PartitionerProvider> plugin, PluginSettings settings, Clock clock) {
        this.plugin = plugin;
        this.settings = settings;
        this.activity =
                new PluginActivity(plugin.title(), plugin.origin().loader().orElse(null), clock);
    }

    /** What all of its partitioners have been asked so far. */
    public Usage usage() {
        return Usage.of(activity);
    }

    @Override
    public String name() {
        return plugin.name();
    }

    @Override
    public ConfigSchema config() {
        return plugin.schema();
    }

    @Override
    public Set<Capability> capabilities() {
        return plugin.capabilities();
    }

    /**
     * Makes a partitioner.
     *
     * @throws PartitionerException if the plugin throws or takes too long
     */
    @Override
    public Partitioner create(Config config, PluginContext context) {
        try {
            return new MeteredPartitioner(
                    PluginInstance.create(plugin, config, settings, activity, context));
        } catch (RefusedPluginException refused) {
            throw new PartitionerException(String.valueOf(refused.getMessage()), refused);
        }
    }
}
