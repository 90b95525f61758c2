package mortise.partitioner.murmur;

import java.util.Set;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.partition.StickyPartitions;

/** The partitioner named {@code murmur2}. */
public final class Murmur2Provider implements PartitionerProvider {
    private static final String NAME = "murmur2";
    private static final StickyPartitions.Keys STICKY = StickyPartitions.Keys.of(NAME);

    /** Does nothing. */
    public Murmur2Provider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ConfigSchema config() {
        return STICKY.schema();
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.KEYED);
    }

    @Override
    public Partitioner create(Config config, PluginContext context) {
        return new Murmur2Partitioner(STICKY.read(config, context.random()));
    }
}
