package mortise.broker.cluster.api;

import java.util.List;
import java.util.function.Supplier;
import mortise.api.config.Config;
import mortise.broker.cluster.ControllerGateway;
import mortise.broker.cluster.MetadataPublisher;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.runtime.Blocking;
import mortise.metadata.config.BrokerConfigs;
import mortise.wire.PluginActivityField;

/** The handlers of this package. */
public final class ClusterApis {
    private ClusterApis() {}

    /** Everything that is served about the cluster on this broker. */
    public static List<ApiHandler<?>> handlers(
            int nodeId,
            MetadataPublisher publisher,
            ControllerGateway controller,
            BrokerConfigs configs,
            Config config,
            LocalLogs logs,
            Supplier<List<PluginActivityField.Activity>> plugins,
            Access access,
            Blocking blocking) {
        ClusterView view = new ClusterView(nodeId, publisher);
        ConfigChanges changes = new ConfigChanges(controller, access);
        return List.of(
                new MetadataHandler(view, controller, configs, config, access, blocking),
                new CreateTopicsHandler(controller, config, access),
                new DeleteTopicsHandler(view, controller, access),
                new CreatePartitionsHandler(controller, access),
                new DescribeConfigsHandler(view, configs, access, blocking),
                new AlterConfigsHandler(changes),
                new IncrementalAlterConfigsHandler(changes),
                new DescribeClusterHandler(view, plugins, access),
                new DescribeLogDirsHandler(logs, access, blocking),
                new ListConfigResourcesHandler(view, config, access, blocking),
                new DescribeTopicPartitionsHandler(view, config, access, blocking));
    }
}
