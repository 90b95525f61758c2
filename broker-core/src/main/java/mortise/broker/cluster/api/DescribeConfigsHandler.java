package mortise.broker.cluster.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.runtime.Blocking;
import mortise.metadata.ClusterImage;
import mortise.metadata.TopicImage;
import mortise.metadata.TopicNames;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.ConfigEntry;
import mortise.metadata.config.ConfigResource;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.DescribeConfigsRequest.DescribeConfigsResource;
import mortise.wire.message.DescribeConfigsResponse;
import mortise.wire.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import mortise.wire.message.DescribeConfigsResponse.DescribeConfigsResult;
import mortise.wire.message.DescribeConfigsResponse.DescribeConfigsSynonym;
import org.jspecify.annotations.Nullable;

/**
 * Serves DescribeConfigs for topics and for this broker. What has no configuration here is refused
 * by name.
 */
final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequest> {
    private static final int LARGE_RESOURCES = 16;

    /** What an entry takes as objects and encoded; synonyms and documentation come on top. */
    private static final int ENTRY_BYTES = 250;

    private static final int SYNONYMS_BYTES = 150;
    private static final int DOCUMENTATION_BYTES = 250;

    /** What a resource takes without its entries, its name and what a refusal repeats of it. */
    private static final int RESOURCE_BYTES = 400;

    private static final int NAME_FACTOR = 4;
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
        List<Asked> asked = asked(request);
        Answers.build(
                asked.size() > LARGE_RESOURCES,
                bytes(asked, request),
                blocking,
                () -> describe(context, request, asked),
                this,
                context,
                request);
    }

    /**
     * A resource and what is asked about it in all.
     *
     * @param keys the names of entries; null for all of them
     */
    private record Asked(DescribeConfigsResource resource, @Nullable Set<String> keys) {
        Asked and(Asked more) {
            if (keys == null || more.keys == null) {
                return new Asked(resource, null);
            }
            keys.addAll(more.keys);
            return this;
        }
    }

    /** Each resource once, however often it is named, with the keys of all its mentions. */
    private static List<Asked> asked(DescribeConfigsRequest request) {
        record Key(byte type, String name) {}
        Map<Key, Asked> byResource = new LinkedHashMap<>();
        for (DescribeConfigsResource resource : request.resources()) {
            List<String> keys = resource.configurationKeys();
            byResource.merge(
                    new Key(resource.resourceType(), resource.resourceName()),
                    new Asked(
                            resource, keys == null || keys.isEmpty() ? null : new HashSet<>(keys)),
                    Asked::and);
        }
        return List.copyOf(byResource.values());
    }

    private long bytes(List<Asked> asked, DescribeConfigsRequest request) {
        int entryBytes =
                ENTRY_BYTES
                        + (request.includeSynonyms() ? SYNONYMS_BYTES : 0)
                        + (request.includeDocumentation() ? DOCUMENTATION_BYTES : 0);
        ClusterImage image = view.image();
        long sum = 0;
        for (Asked one : asked) {
            int all = configs.entryCount(one.resource().resourceType());
            int entries = one.keys() == null ? all : Math.min(all, one.keys().size());
            sum +=
                    RESOURCE_BYTES
                            + (long) one.resource().resourceName().length() * NAME_FACTOR
                            + (long) entries * entryBytes
                            + setBytes(image, one.resource());
        }
        return sum;
    }

    /**
     * What the texts that were set take, of which some are long: each counts as its synonym too.
     */
    private static long setBytes(ClusterImage image, DescribeConfigsResource resource) {
        Map<String, String> texts;
        if (resource.resourceType() == ConfigResource.TOPIC.code()) {
            TopicImage topic = image.topic(resource.resourceName());
            texts = topic == null ? Map.of() : topic.configs();
        } else {
            texts = image.brokerConfigs(resource.resourceName());
        }
        long sum = 0;
        for (String text : texts.values()) {
            sum += 2L * text.length();
        }
        return sum;
    }

    private DescribeConfigsResponse describe(
            RequestContext context, DescribeConfigsRequest request, List<Asked> asked) {
        ClusterImage image = view.image();
        List<DescribeConfigsResult> results = new ArrayList<>(asked.size());
        for (Asked one : asked) {
            DescribeConfigsResource resource = one.resource();
            try {
                List<ConfigEntry> entries = entries(context, image, resource);
                results.add(
                        result(resource)
                                .configs(
                                        described(
                                                entries,
                                                one.keys(),
                                                request,
                                                context.apiVersion())));
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
            @Nullable Set<String> wanted,
            DescribeConfigsRequest request,
            short version) {
        List<DescribeConfigsResourceResult> described = new ArrayList<>(entries.size());
        for (ConfigEntry entry : entries) {
            if (wanted == null || wanted.contains(entry.name())) {
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
                        asked(request).stream()
                                .map(one ->
                                        result(one.resource())
                                                .errorCode(error.code())
                                                .errorMessage(reason))
                                .toList());
    }
}
