package mortise.broker.cluster.api;

import java.util.List;
import java.util.function.Supplier;
import mortise.broker.cluster.ControllerGateway;
import mortise.broker.cluster.MetadataPublisher;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.runtime.Blocking;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.MetadataSettings;
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
            MetadataSettings settings,
            LocalLogs logs,
            Supplier<List<PluginActivityField.Activity>> plugins,
            Access access,
            Blocking blocking) {
        ClusterView view = new ClusterView(nodeId, publisher);
        ConfigChanges changes = new ConfigChanges(controller, access);
        return List.of(
                new MetadataHandler(view, controller, configs, settings, access, blocking),
                new CreateTopicsHandler(controller, settings, access),
                new DeleteTopicsHandler(view, controller, access),
                new CreatePartitionsHandler(controller, access),
                new DescribeConfigsHandler(view, configs, access, blocking),
                new AlterConfigsHandler(changes),
                new IncrementalAlterConfigsHandler(changes),
                new DescribeClusterHandler(view, plugins, access),
                new DescribeLogDirsHandler(logs, access, blocking),
                new ListConfigResourcesHandler(view, settings, access, blocking),
                new DescribeTopicPartitionsHandler(view, settings, access, blocking));
    }
}
