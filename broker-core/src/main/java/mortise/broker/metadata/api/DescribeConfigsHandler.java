package mortise.broker.metadata.api;

import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.broker.metadata.ClusterImage;
import mortise.broker.metadata.TopicImage;
import mortise.broker.metadata.TopicNames;
import mortise.broker.metadata.config.BrokerConfigs;
import mortise.broker.metadata.config.ConfigEntry;
import mortise.broker.metadata.config.ConfigResource;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RefusedException;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.runtime.Blocking;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.DescribeConfigsRequest.DescribeConfigsResource;
import mortise.wire.message.DescribeConfigsResponse;
import mortise.wire.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import mortise.wire.message.DescribeConfigsResponse.DescribeConfigsResult;
import mortise.wire.message.DescribeConfigsResponse.DescribeConfigsSynonym;

/**
 * Serves DescribeConfigs for topics and for this broker. What has no configuration here is refused
 * by name.
 */
final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequest> {
    private static final int LARGE_RESOURCES = 16;
    private static final short FIRST_WITH_DOCUMENTATION = 3;

    private final ClusterView view;
    private final BrokerConfigs configs;
    private final Access access;
    private final Blocking blocking;

    DescribeConfigsHandler(
            ClusterView view, BrokerConfigs configs, Access access, Blocking blocking) {
        this.view = view;
        this.configs = configs;
        this.access = access;
        this.blocking = blocking;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_CONFIGS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(
                        Operation.DESCRIBE_CONFIGS, ResourceType.TOPIC, Requirement.Per.RESOURCE),
                new Requirement(
                        Operation.DESCRIBE_CONFIGS,
                        ResourceType.CLUSTER,
                        Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, DescribeConfigsRequest request) {
        boolean large = request.resources().size() > LARGE_RESOURCES;
        Answer.built(large, blocking, () -> describe(context, request), this, context, request);
    }

    private DescribeConfigsResponse describe(
            RequestContext context, DescribeConfigsRequest request) {
        ClusterImage image = view.image();
        List<DescribeConfigsResult> results = new ArrayList<>(request.resources().size());
        for (DescribeConfigsResource resource : request.resources()) {
            try {
                List<ConfigEntry> entries = entries(context, image, resource);
                results.add(
                        result(resource)
                                .configs(
                                        described(
                                                entries, resource, request, context.apiVersion())));
            } catch (RefusedException refused) {
                results.add(
                        result(resource)
                                .errorCode(refused.error().code())
                                .errorMessage(refused.getMessage()));
            }
        }
        return new DescribeConfigsResponse().results(results);
    }

    private static DescribeConfigsResult result(DescribeConfigsResource resource) {
        return new DescribeConfigsResult()
                .errorMessage(null)
                .resourceType(resource.resourceType())
                .resourceName(resource.resourceName());
    }

    private List<ConfigEntry> entries(
            RequestContext context, ClusterImage image, DescribeConfigsResource resource) {
        ResourceAccess.require(
                access,
                context,
                Operation.DESCRIBE_CONFIGS,
                resource.resourceType(),
                resource.resourceName());
        if (resource.resourceType() == ConfigResource.TOPIC.code()) {
            return configs.describeTopic(topic(image, resource.resourceName()).configs(), image);
        }
        if (resource.resourceName().equals(BrokerConfigs.ALL)) {
            return configs.describeAllBrokers(image);
        }
        if (resource.resourceName().equals(configs.self())) {
            return configs.describeSelf(image);
        }
        throw new RefusedException(
                ErrorCode.INVALID_REQUEST,
                "Unexpected broker id, expected "
                        + configs.self()
                        + " or empty string, but received "
                        + resource.resourceName());
    }

    private static TopicImage topic(ClusterImage image, String name) {
        String problem = TopicNames.problem(name);
        if (problem != null) {
            throw new RefusedException(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        TopicImage topic = image.topic(name);
        if (topic == null) {
            throw new RefusedException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "The topic '" + name + "' does not exist.");
        }
        return topic;
    }

    private static List<DescribeConfigsResourceResult> described(
            List<ConfigEntry> entries,
            DescribeConfigsResource resource,
            DescribeConfigsRequest request,
            short version) {
        List<String> wanted = resource.configurationKeys();
        List<DescribeConfigsResourceResult> described = new ArrayList<>(entries.size());
        for (ConfigEntry entry : entries) {
            if (wanted == null || wanted.isEmpty() || wanted.contains(entry.name())) {
                described.add(described(entry, request, version));
            }
        }
        return described;
    }

    private static DescribeConfigsResourceResult described(
            ConfigEntry entry, DescribeConfigsRequest request, short version) {
        DescribeConfigsResourceResult result =
                new DescribeConfigsResourceResult()
                        .name(entry.name())
                        .value(entry.value())
                        .readOnly(entry.readOnly())
                        .configSource(entry.source().code())
                        .isSensitive(entry.sensitive());
        if (request.includeSynonyms()) {
            result.synonyms(
                    entry.synonyms().stream()
                            .map(synonym ->
                                    new DescribeConfigsSynonym()
                                            .name(synonym.name())
                                            .value(synonym.value())
                                            .source(synonym.source().code()))
                            .toList());
        }
        if (version >= FIRST_WITH_DOCUMENTATION) {
            result.configType(entry.kind().code())
                    .documentation(request.includeDocumentation() ? entry.doc() : null);
        }
        return result;
    }

    @Override
    public DescribeConfigsResponse failure(
            DescribeConfigsRequest request, short version, ErrorCode error, String reason) {
        return new DescribeConfigsResponse()
                .results(
                        request.resources().stream()
                                .map(resource ->
                                        result(resource)
                                                .errorCode(error.code())
                                                .errorMessage(reason))
                                .toList());
    }
}
