package mortise.broker;

import java.util.List;
import mortise.broker.coordinator.ShardServices;
import mortise.broker.group.GroupHost;
import mortise.broker.group.api.GroupApis;
import mortise.broker.request.ApiHandler;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.Failures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests for coordinators: of groups, and later of transactions. */
record CoordinatorRequests(List<ApiHandler<?>> handlers) implements Area {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorRequests.class);
    private static final int BATCH_BYTES = 1 << 20;

    /** To be made before partitions are opened. */
    static CoordinatorRequests of(Composition with, Serving serving) {
        Execution execution = with.execution();
        ShardServices services =
                new ShardServices(
                        execution.clock(),
                        execution.timers(),
                        serving.lanes().logs(),
                        serving.plugins().codecs(),
                        Failures.in(with.metrics(), execution.clock(), LOG),
                        GroupHost.commitTimeout(with.config()),
                        BATCH_BYTES);
        GroupHost groups =
                new GroupHost(
                        with.config(),
                        new GroupHost.Cluster(
                                serving.cluster().publisher(), serving.cluster().controller()),
                        serving.partitions().partitions(),
                        execution.random(),
                        services);
        return new CoordinatorRequests(
                GroupApis.handlers(groups, serving.endpoints(with), serving.access()));
    }
}
