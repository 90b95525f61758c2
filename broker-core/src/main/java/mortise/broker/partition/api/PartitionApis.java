package mortise.broker.partition.api;

import java.util.List;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.broker.partition.Partitions;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.BrokerEndpoints;

/** The handlers of this package, put together. */
public final class PartitionApis {
    private PartitionApis() {}

    /**
     * Everything that the handlers share.
     *
     * @param openings how batches are opened
     */
    public record Services(
            Partitions partitions,
            Config config,
            Access access,
            BrokerEndpoints endpoints,
            ProducerIdSource producerIds,
            BatchOpenings openings,
            Clock clock) {}

    /** One handler for each API that concerns single partitions, Fetch excepted. */
    public static List<ApiHandler<?>> handlers(Services services) {
        Partitions partitions = services.partitions();
        Access access = services.access();
        return List.of(
                new ProduceHandler(
                        partitions,
                        access,
                        services.endpoints(),
                        services.openings(),
                        services.clock()),
                new ListOffsetsHandler(
                        partitions,
                        access,
                        services.openings(),
                        services.config(),
                        services.clock()),
                new OffsetForLeaderEpochHandler(partitions, access),
                new DeleteRecordsHandler(partitions, access),
                new AlterReplicaLogDirsHandler(partitions, access),
                new InitProducerIdHandler(services.producerIds(), access));
    }
}
