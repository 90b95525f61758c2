package mortise.partitioner.sticky;

import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.partition.StickyPartitions;

/**
 * The partitioner named {@code sticky}: keys are ignored, as by the Java client with {@code
 * partitioner.ignore.keys=true}.
 */
public final class StickyProvider implements PartitionerProvider {
    private static final String NAME = "sticky";
    private static final StickyPartitions.Keys STICKY = StickyPartitions.Keys.of(NAME);

    /** Does nothing. */
    public StickyProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ConfigSchema config() {
        return STICKY.schema();
    }

    @Override
    public Partitioner create(Config config, PluginContext context) {
        StickyPartitions turns = STICKY.read(config, context.random());
        return (topic, key, recordBytes) -> turns.next(topic, recordBytes);
    }
}
