package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigProblem;
import mortise.broker.config.BrokerSettings;
import mortise.broker.fetch.FetchSettings;
import mortise.broker.flush.FlushSettings;
import mortise.broker.metadata.config.BrokerConfigs;
import mortise.broker.metadata.config.MetadataSettings;
import mortise.broker.metadata.config.StoreTraits;
import mortise.broker.net.NetSettings;
import mortise.broker.partition.PartitionSettings;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.PluginSettings;
import mortise.spi.Capability;
import mortise.spi.storage.StorageProvider;

/** Values that are each good and do not go together. */
final class Contradictions {
    private static final List<Consumer<Config>> READERS =
            List.of(
                    BrokerSettings::from,
                    NetSettings::from,
                    PartitionSettings::from,
                    FlushSettings::from,
                    FetchSettings::from,
                    MetadataSettings::from,
                    PluginSettings::from);

    private Contradictions() {}

    /** All that the core finds. */
    static List<ConfigProblem> of(Config config, Optional<FoundPlugin<StorageProvider>> storage) {
        List<ConfigProblem> problems = new ArrayList<>();
        READERS.forEach(reader -> collect(problems, () -> reader.accept(config)));
        storage.ifPresent(plugin -> {
            StoreTraits store = new StoreTraits(plugin.name(), plugin.capabilities());
            collect(
                    problems,
                    () -> new BrokerConfigs(config.get(BrokerSettings.NODE_ID), config, store));
            durability(config, store).ifPresent(problems::add);
        });
        return problems;
    }

    /** Runs a reader of values and keeps what it finds wrong with them. */
    static void collect(List<ConfigProblem> problems, Runnable reader) {
        try {
            reader.run();
        } catch (ConfigException refused) {
            problems.addAll(refused.problems());
        }
    }

    private static Optional<ConfigProblem> durability(Config config, StoreTraits store) {
        if (config.get(BrokerSettings.DURABILITY) != BrokerSettings.Durability.FSYNC) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                        store.lack(
                                Capability.DURABLE,
                                "use durability: page-cache, or a durable store"))
                .map(lack -> new ConfigProblem(BrokerSettings.DURABILITY.name(), "fsync: " + lack));
    }
}
