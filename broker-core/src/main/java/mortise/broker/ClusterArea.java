package mortise.broker;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import mortise.api.HostPort;
import mortise.api.metrics.Metrics;
import mortise.broker.cluster.BrokerLifecycle;
import mortise.broker.cluster.ControllerLoop;
import mortise.broker.cluster.LoggedPlacementFaults;
import mortise.broker.cluster.MetadataPublisher;
import mortise.broker.cluster.OpenedPartitions;
import mortise.broker.cluster.PartitionFollower;
import mortise.broker.cluster.TopicArrivals;
import mortise.broker.config.BrokerSettings;
import mortise.broker.partition.Partitions;
import mortise.broker.plugin.MeteredPlacement;
import mortise.broker.plugin.MeteredQuorum;
import mortise.broker.plugin.PluginStarts;
import mortise.broker.request.ListenerEndpoint;
import mortise.metadata.BrokerImage;
import mortise.metadata.TopicSettingsSource;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.config.StoreTraits;
import mortise.metadata.controller.Controller;
import mortise.metadata.controller.PlacementRules;
import mortise.spi.telemetry.Health.Reason;
import org.jspecify.annotations.Nullable;

/**
 * This broker's place in its cluster: the metadata log, the image of it, and the controller.
 *
 * @param quorum started, as far as its plugin goes; it takes part from {@link #join} on
 */
record ClusterArea(
        BrokerConfigs configs,
        MeteredQuorum quorum,
        MetadataPublisher publisher,
        ControllerLoop controller)
        implements Area {
    /**
     * The area of a broker that has not joined.
     *
     * @param fatal hears why the broker cannot go on
     */
    static ClusterArea of(
            Composition with,
            BrokerPlugins.Chosen plugins,
            Partitions partitions,
            BiConsumer<String, Throwable> fatal) {
        BrokerConfigs configs =
                new BrokerConfigs(
                        with.nodeId(),
                        with.config(),
                        new StoreTraits(
                                with.assembly().storage().name(),
                                with.assembly().storage().capabilities()));
        MetadataPublisher publisher = publisher(with, configs, partitions, fatal);
        PlacementRules placements =
                new PlacementRules(
                        with.assembly().placement().name(),
                        with.parts().add("placement", new MeteredPlacement(plugins.placement())),
                        new LoggedPlacementFaults(with.assembly().placement().name()));
        MeteredQuorum quorum = with.parts().add("quorum", new MeteredQuorum(plugins.consensus()));
        ControllerLoop controller =
                with.parts()
                        .add(
                                "controller",
                                new ControllerLoop(
                                        new Controller(
                                                configs,
                                                with.config(),
                                                placements,
                                                with.execution().random()),
                                        quorum,
                                        publisher,
                                        with.execution().timers(),
                                        with.config(),
                                        with.execution().clock(),
                                        with.metrics()));
        return with.add(new ClusterArea(configs, quorum, publisher, controller));
    }

    private static MetadataPublisher publisher(
            Composition with,
            BrokerConfigs configs,
            Partitions partitions,
            BiConsumer<String, Throwable> fatal) {
        return new MetadataPublisher(
                new PartitionFollower(
                        with.nodeId(),
                        new TopicSettingsSource(
                                configs,
                                with.config().get(BrokerSettings.DURABILITY)
                                        == BrokerSettings.Durability.FSYNC),
                        partitions,
                        with.config().get(MetadataSettings.PARALLEL_PARTITION_OPERATIONS),
                        with.execution().timers(),
                        with.metrics()),
                with.execution().serial("metadata"),
                fatal,
                with.metrics());
    }

    /** A way into the cluster; to be made before the quorum is joined. */
    BrokerLifecycle lifecycle(Composition with, String clusterId) {
        return new BrokerLifecycle(
                new BrokerLifecycle.Self(
                        clusterId,
                        with.nodeId(),
                        with.config().find(MetadataSettings.RACK).orElse(null)),
                publisher,
                controller,
                with.execution().clock(),
                with.execution().timers(),
                with.execution().random());
    }

    /** Begins to work; completes when what the quorum has stored was heard. */
    CompletionStage<Void> join(Composition with, Executor steps) {
        controller.start(with.execution().serial("controller"));
        PluginStarts starts = new PluginStarts(steps, with.execution().timers());
        quorum.begin(starts, publisher);
        return starts.all();
    }

    /**
     * Registers, makes imported topics known, and opens the partitions of this broker; completes
     * when clients may come.
     */
    static CompletionStage<OpenedPartitions> enter(
            BrokerLifecycle lifecycle,
            List<ListenerEndpoint> endpoints,
            @Nullable TopicArrivals arrivals) {
        return lifecycle.enter(
                endpoints.stream()
                        .map(endpoint -> {
                            HostPort told =
                                    endpoint.advertised() == null
                                            ? endpoint.bound()
                                            : endpoint.advertised();
                            return new BrokerImage.Endpoint(endpoint.name(), told);
                        })
                        .toList(),
                arrivals);
    }

    @Override
    public void gauges(Metrics metrics) {
        metrics.gauge(
                "quorum_leader_id",
                "The node that leads the metadata quorum and so is the controller; -1 if none is known.",
                () -> quorum.view().leadership().leaderId());
        metrics.gauge(
                "quorum_leads",
                "1 if this broker leads the metadata quorum, else 0.",
                () -> quorum.view().leadership().local() ? 1 : 0);
        metrics.gauge(
                "quorum_epoch",
                "The epoch of the metadata quorum, which grows with every new leader.",
                () -> quorum.view().leadership().epoch());
        metrics.gauge(
                "quorum_committed_index",
                "The last entry of the metadata log that is known to be committed.",
                () -> quorum.view().committedIndex());
        metrics.gauge(
                "quorum_voters",
                "Nodes that vote in the metadata quorum.",
                () -> quorum.view().voters().size());
    }

    @Override
    public List<Reason> reasonsToStayAway() {
        return publisher.leadership().leaderId() >= 0
                ? List.of()
                : List.of(
                        new Reason(
                                "no-controller",
                                "No leader of the metadata quorum is known, so nothing can be created or changed."));
    }
}
