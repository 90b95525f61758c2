package mortise.broker.cluster.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import mortise.api.ErrorCode;
import mortise.api.config.Config;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.runtime.Blocking;
import mortise.metadata.ClusterImage;
import mortise.metadata.TopicImage;
import mortise.metadata.config.ConfigResource;
import mortise.metadata.config.MetadataSettings;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.ListConfigResourcesRequest;
import mortise.wire.message.ListConfigResourcesResponse;

/**
 * Serves ListConfigResources: what has a configuration that can be described. Client metrics and
 * groups, which have none here, are empty lists; log levels of brokers are not listed because they
 * are not described.
 */
final class ListConfigResourcesHandler implements ApiHandler<ListConfigResourcesRequest> {
    private static final short FIRST_WITH_TYPES = 1;

    /** What a resource takes as objects and encoded, without its name. */
    private static final int RESOURCE_BYTES = 64;

    /** The types that Kafka knows: topic, broker, broker logger, client metrics, group. */
    private static final Set<Byte> KNOWN_TYPES =
            Set.of((byte) 2, (byte) 4, (byte) 8, (byte) 16, (byte) 32);

    private final ClusterView view;
    private final int largeResponsePartitions;
    private final Access access;
    private final Blocking blocking;

    ListConfigResourcesHandler(ClusterView view, Config config, Access access, Blocking blocking) {
        this.view = view;
        this.largeResponsePartitions = config.get(MetadataSettings.LARGE_RESPONSE_PARTITIONS);
        this.access = access;
        this.blocking = blocking;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.LIST_CONFIG_RESOURCES;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(
                        Operation.DESCRIBE_CONFIGS, ResourceType.CLUSTER, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, ListConfigResourcesRequest request) {
        if (!access.allowsOnCluster(context, Operation.DESCRIBE_CONFIGS)) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
                            "Authorization failed."));
            return;
        }
        if (context.apiVersion() < FIRST_WITH_TYPES) {
            // Version 0 asks for client metrics subscriptions only, and there are none.
            context.respond(new ListConfigResourcesResponse());
            return;
        }
        if (!KNOWN_TYPES.containsAll(request.resourceTypes())) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.UNSUPPORTED_VERSION,
                            "Unknown resource type."));
            return;
        }
        Set<Byte> types = Set.copyOf(request.resourceTypes());
        boolean large = view.image().topicCount() > largeResponsePartitions;
        Answers.build(large, bytes(types), blocking, () -> list(types), this, context, request);
    }

    private long bytes(Collection<Byte> types) {
        ClusterImage image = view.image();
        long sum = (long) image.brokers().size() * RESOURCE_BYTES;
        if (types.isEmpty() || types.contains(ConfigResource.TOPIC.code())) {
            for (TopicImage topic : image.topics()) {
                sum += RESOURCE_BYTES + topic.name().length();
            }
        }
        return sum;
    }

    private ListConfigResourcesResponse list(Collection<Byte> types) {
        ClusterImage image = view.image();
        List<ListConfigResourcesResponse.ConfigResource> resources = new ArrayList<>();
        if (types.isEmpty() || types.contains(ConfigResource.TOPIC.code())) {
            image.topics().stream()
                    .map(TopicImage::name)
                    .sorted()
                    .forEach(name -> resources.add(resource(ConfigResource.TOPIC, name)));
        }
        if (types.isEmpty() || types.contains(ConfigResource.BROKER.code())) {
            image.brokers()
                    .keySet()
                    .forEach(id ->
                            resources.add(resource(ConfigResource.BROKER, Integer.toString(id))));
        }
        return new ListConfigResourcesResponse().configResources(resources);
    }

    private static ListConfigResourcesResponse.ConfigResource resource(
            ConfigResource type, String name) {
        return new ListConfigResourcesResponse.ConfigResource()
                .resourceName(name)
                .resourceType(type.code());
    }

    @Override
    public ListConfigResourcesResponse failure(
            ListConfigResourcesRequest request, short version, ErrorCode error, String reason) {
        return new ListConfigResourcesResponse().errorCode(error.code());
    }
}
