package mortise.partitioner.roundrobin;

import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.spi.PluginContext;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerProvider;

/** The partitioner named {@code round-robin}. */
public final class RoundRobinProvider implements PartitionerProvider {
    static final ConfigKey<Integer> MAX_TOPICS =
            ConfigKey.of(
                            "partitioner.round-robin.max-topics",
                            ConfigType.INT,
                            "How many topics' turns are remembered; with more, turns begin anew.")
                    .defaultsTo(10_000)
                    .between(1, 10_000_000);

    /** Does nothing. */
    public RoundRobinProvider() {}

    @Override
    public String name() {
        return "round-robin";
    }

    @Override
    public ConfigSchema config() {
        return ConfigSchema.of(MAX_TOPICS);
    }

    @Override
    public Partitioner create(Config config, PluginContext context) {
        return new RoundRobinPartitioner(config.get(MAX_TOPICS));
    }
}
