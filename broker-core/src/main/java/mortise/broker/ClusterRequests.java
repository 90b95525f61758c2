package mortise.broker;

import java.util.List;
import mortise.broker.cluster.api.ClusterApis;
import mortise.broker.request.ApiHandler;

/** Requests about the cluster. */
record ClusterRequests(List<ApiHandler<?>> handlers) implements Area {
    static ClusterRequests of(Composition with, Serving serving) {
        return new ClusterRequests(
                ClusterApis.handlers(
                        with.nodeId(),
                        serving.cluster().publisher(),
                        serving.cluster().controller(),
                        serving.cluster().configs(),
                        with.config(),
                        new StoredLogs(
                                serving.storage().store(), serving.partitions().partitions()),
                        serving.plugins()::activities,
                        serving.access(),
                        serving.lanes().requests()));
    }
}
