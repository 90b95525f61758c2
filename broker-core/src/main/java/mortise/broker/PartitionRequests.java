package mortise.broker;

import java.time.Duration;
import java.util.List;
import mortise.broker.controller.ProducerIds;
import mortise.broker.partition.api.BatchOpenings;
import mortise.broker.partition.api.PartitionApis;
import mortise.broker.request.ApiHandler;

/** Requests that concern single partitions, fetches excepted. */
record PartitionRequests(List<ApiHandler<?>> handlers) implements Area {
    private static final Duration PRODUCER_ID_TIMEOUT = Duration.ofSeconds(10);

    static PartitionRequests of(Composition with, Serving serving) {
        ClusterArea cluster = serving.cluster();
        PartitionArea partitions = serving.partitions();
        BatchOpenings openings =
                new BatchOpenings(
                        with.execution()
                                .lane("batch-opening", partitions.settings().batchOpenings()),
                        serving.plugins().codecs());
        return new PartitionRequests(
                PartitionApis.handlers(
                        new PartitionApis.Services(
                                partitions.partitions(),
                                partitions.settings(),
                                serving.access(),
                                serving.endpoints(with),
                                new ProducerIds(
                                                with.settings().nodeId(),
                                                cluster.controller(),
                                                PRODUCER_ID_TIMEOUT,
                                                cluster.settings().maxWaitingProducers())
                                        ::next,
                                openings,
                                with.execution().clock())));
    }
}
