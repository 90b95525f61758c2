package mortise.broker.cluster.api;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import mortise.api.ErrorCode;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.metadata.ClusterImage;
import mortise.spi.auth.Action;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.PluginActivityField;
import mortise.wire.message.DescribeClusterRequest;
import mortise.wire.message.DescribeClusterResponse;
import mortise.wire.message.DescribeClusterResponse.DescribeClusterBroker;

/** Serves DescribeCluster: who is in the cluster and where. Everybody may ask. */
final class DescribeClusterHandler implements ApiHandler<DescribeClusterRequest> {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;
    private static final short FIRST_WITH_FENCED = 2;

    private final ClusterView view;
    private final Supplier<List<PluginActivityField.Activity>> plugins;
    private final Access access;

    DescribeClusterHandler(
            ClusterView view, Supplier<List<PluginActivityField.Activity>> plugins, Access access) {
        this.view = view;
        this.plugins = plugins;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_CLUSTER;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.NONE, ResourceType.CLUSTER, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, DescribeClusterRequest request) {
        if (request.endpointType() == CONTROLLERS) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.MISMATCHED_ENDPOINT_TYPE,
                            "This is a listener of a broker; controllers have none of their own."));
        } else if (request.endpointType() != BROKERS) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
                            "There is no endpoint type "
                                    + request.endpointType()
                                    + "; ask for brokers (1)."));
        } else {
            context.respond(describe(context, request));
        }
    }

    private DescribeClusterResponse describe(
            RequestContext context, DescribeClusterRequest request) {
        ClusterImage image = view.image();
        short version = context.apiVersion();
        boolean withFenced = version >= FIRST_WITH_FENCED && request.includeFencedBrokers();
        List<DescribeClusterBroker> brokers = new ArrayList<>();
        for (ClusterView.Reachable reachable : view.brokers(context, image, withFenced)) {
            DescribeClusterBroker broker =
                    new DescribeClusterBroker()
                            .brokerId(reachable.broker().id())
                            .host(reachable.address().host())
                            .port(reachable.address().port())
                            .rack(reachable.broker().rack());
            brokers.add(
                    version >= FIRST_WITH_FENCED
                            ? broker.isFenced(reachable.broker().fenced())
                            : broker);
        }
        DescribeClusterResponse response =
                new DescribeClusterResponse()
                        .clusterId(image.clusterId())
                        .controllerId(view.controllerId(image))
                        .brokers(brokers);
        if (request.includeClusterAuthorizedOperations()) {
            response.clusterAuthorizedOperations(
                    access.authorizedOperations(
                            context, ResourceType.CLUSTER, Action.CLUSTER_NAME));
        }
        if (PluginActivityField.isAsked(request)
                && access.allowsOnCluster(context, Operation.DESCRIBE)) {
            response.unknownTaggedFields().add(PluginActivityField.answer(plugins.get()));
        }
        return response;
    }

    @Override
    public DescribeClusterResponse failure(
            DescribeClusterRequest request, short version, ErrorCode error, String reason) {
        return new DescribeClusterResponse().errorCode(error.code()).errorMessage(reason);
    }
}
