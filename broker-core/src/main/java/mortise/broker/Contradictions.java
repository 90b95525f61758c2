package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigProblem;
import mortise.broker.config.BrokerSettings;
import mortise.broker.net.NetSettings;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.RefusedPluginException;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.StoreTraits;
import mortise.spi.Capability;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.storage.StorageProvider;

/** Values that are each good and do not go together. */
final class Contradictions {
    private static final List<Consumer<Config>> READERS =
            List.of(BrokerSettings::listeners, NetSettings::check);

    private Contradictions() {}

    /** All that the core finds. */
    static List<ConfigProblem> of(
            Config config,
            Optional<FoundPlugin<StorageProvider>> storage,
            Optional<FoundPlugin<ConsensusProvider>> consensus) {
        List<ConfigProblem> problems = new ArrayList<>();
        READERS.forEach(reader -> collect(problems, () -> reader.accept(config)));
        storage.ifPresent(plugin -> {
            StoreTraits store = new StoreTraits(plugin.name(), plugin.capabilities());
            collect(
                    problems,
                    () -> new BrokerConfigs(config.get(BrokerSettings.NODE_ID), config, store));
            durability(config, store).ifPresent(problems::add);
            consensus
                    .flatMap(quorum -> forgottenTopics(config, plugin, quorum))
                    .ifPresent(problems::add);
        });
        return problems;
    }

    /** Records that outlive the process are lost with the topics that they belong to. */
    private static Optional<ConfigProblem> forgottenTopics(
            Config config,
            FoundPlugin<StorageProvider> storage,
            FoundPlugin<ConsensusProvider> consensus) {
        String key = "plugins." + consensus.kind();
        try {
            boolean kept = isDurable(config, storage);
            boolean remembered = isDurable(config, consensus);
            return kept && !remembered
                    ? Optional.of(
                            new ConfigProblem(
                                    key,
                                    id(storage)
                                            + " keeps records on disk, but "
                                            + id(consensus)
                                            + " as configured forgets the topics that they belong to when the broker stops; configure a durable "
                                            + id(consensus)
                                            + ", or choose a storage plugin that is not durable either"))
                    : Optional.empty();
        } catch (RefusedPluginException broken) {
            return Optional.of(new ConfigProblem(key, String.valueOf(broken.getMessage())));
        }
    }

    private static boolean isDurable(Config config, FoundPlugin<?> plugin) {
        return plugin.capabilities(config.restrictedTo(plugin.schema()))
                .contains(Capability.DURABLE);
    }

    private static String id(FoundPlugin<?> plugin) {
        return plugin.kind().qualified(plugin.name());
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
