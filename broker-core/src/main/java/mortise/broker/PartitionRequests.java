package mortise.broker;

import java.time.Duration;
import java.util.List;
import mortise.broker.cluster.ProducerIds;
import mortise.broker.partition.PartitionSettings;
import mortise.broker.partition.api.BatchOpenings;
import mortise.broker.partition.api.PartitionApis;
import mortise.broker.request.ApiHandler;
import mortise.metadata.config.MetadataSettings;

/** Requests that concern single partitions, fetches excepted. */
record PartitionRequests(List<ApiHandler<?>> handlers) implements Area {
    private static final Duration PRODUCER_ID_TIMEOUT = Duration.ofSeconds(10);

    static PartitionRequests of(Composition with, Serving serving) {
        ClusterArea cluster = serving.cluster();
        PartitionArea partitions = serving.partitions();
        BatchOpenings openings =
                new BatchOpenings(
                        with.execution()
                                .lane(
                                        "batch-opening",
                                        with.config().get(PartitionSettings.BATCH_OPENINGS)),
                        serving.plugins().codecs());
        return new PartitionRequests(
                PartitionApis.handlers(
                        new PartitionApis.Services(
                                partitions.partitions(),
                                with.config(),
                                serving.access(),
                                serving.endpoints(with),
                                new ProducerIds(
                                                with.nodeId(),
                                                cluster.controller(),
                                                PRODUCER_ID_TIMEOUT,
                                                with.config()
                                                        .get(
                                                                MetadataSettings
                                                                        .MAX_WAITING_PRODUCERS))
                                        ::next,
                                openings,
                                with.execution().clock())));
    }
}
