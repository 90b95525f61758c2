package mortise.metadata.controller;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.config.StoreTraits;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.placement.spread.SpreadProvider;
import mortise.spi.Capability;
import mortise.spi.placement.PlacementProvider;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;

/** What the controllers of these tests are assembled from. */
final class TestAssembly {
    /**
     * A key as other concerns have them: only at the start, under Kafka's name, in a form of our
     * own.
     */
    static final ConfigKey<Duration> IDLE =
            ConfigKey.of("net.idle", ConfigType.DURATION, "Idle time.")
                    .defaultsTo(Duration.ofMinutes(10))
                    .alias("connections.max.idle.ms");

    /** All keys of the broker. */
    static final ConfigSchema SCHEMA = MetadataSettings.SCHEMA.and(ConfigSchema.of(IDLE));

    /** A store that can do everything but compact. */
    static final StoreTraits STORE =
            new StoreTraits(
                    "test",
                    Set.of(
                            Capability.DURABLE,
                            Capability.RETENTION,
                            Capability.SIDECARS,
                            Capability.SEALED_SEGMENTS));

    /** The placement that brokers use unless they are told otherwise. */
    static final PlacementRules SPREAD = rules(new SpreadProvider());

    private TestAssembly() {}

    /** The rules for a placement plugin without configuration. */
    static PlacementRules rules(PlacementProvider provider) {
        return new PlacementRules(
                provider.name(),
                provider.create(
                        Config.defaults(provider.config()), SimContext.on(SimDisk.create(1), 1)),
                (request, flaw, failure) -> {});
    }

    /** A topic to be created, with configurations as {@code name=value}. */
    static NewTopic topic(String name, int partitions, String... configs) {
        Map<String, @Nullable String> values = new HashMap<>();
        Arrays.stream(configs)
                .forEach(config -> {
                    int equals = config.indexOf('=');
                    values.put(config.substring(0, equals), config.substring(equals + 1));
                });
        return new NewTopic(name, partitions, -1, Map.of(), values);
    }
}
