package mortise.broker;

import java.util.List;
import mortise.broker.metadata.api.ClusterApis;
import mortise.broker.request.ApiHandler;

/** Requests about the cluster. */
record ClusterRequests(List<ApiHandler<?>> handlers) implements Area {
    static ClusterRequests of(Composition with, Serving serving) {
        return new ClusterRequests(
                ClusterApis.handlers(
                        with.settings().nodeId(),
                        serving.cluster().publisher(),
                        serving.cluster().controller(),
                        serving.cluster().configs(),
                        serving.cluster().settings(),
                        new StoredLogs(
                                serving.storage().store(), serving.partitions().partitions()),
                        serving.plugins()::activities,
                        serving.access(),
                        serving.lanes().requests()));
    }
}
