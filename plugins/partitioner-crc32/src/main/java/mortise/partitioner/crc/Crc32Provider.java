package mortise.partitioner.crc;

import java.util.Set;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.partition.StickyPartitions;

/** The partitioner named {@code crc32}. */
public final class Crc32Provider implements PartitionerProvider {
    private static final String NAME = "crc32";
    private static final StickyPartitions.Keys STICKY = StickyPartitions.Keys.of(NAME);

    /** Which of librdkafka's two. */
    enum Mode {
        /** Null and empty keys have no partition of their own: librdkafka's default. */
        CONSISTENT_RANDOM,
        /** Null and empty keys are hashed too, and so all go to partition 0. */
        CONSISTENT
    }

    static final ConfigKey<Mode> MODE =
            ConfigKey.of(
                            "partitioner.crc32.mode",
                            ConfigType.oneOf(Mode.class),
                            "Which of librdkafka's partitioners: consistent-random spreads records whose key is null or empty, consistent sends them all to partition 0.")
                    .defaultsTo(Mode.CONSISTENT_RANDOM);

    /** Does nothing. */
    public Crc32Provider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ConfigSchema config() {
        return ConfigSchema.of(MODE).and(STICKY.schema());
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.KEYED);
    }

    @Override
    public Partitioner create(Config config, PluginContext context) {
        return switch (config.get(MODE)) {
            case CONSISTENT -> new Crc32Partitioner(null);
            case CONSISTENT_RANDOM -> new Crc32Partitioner(STICKY.read(config, context.random()));
        };
    }
}
