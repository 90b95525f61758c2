package mortise.broker.cluster.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.api.ErrorCode;
import mortise.api.config.Config;
import mortise.broker.cluster.ControllerGateway;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.metadata.config.ConfigEntry;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.controller.ControllerCommand.CreateTopics;
import mortise.metadata.controller.ControllerCommand.CreatedTopic;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsRequest.CreatableReplicaAssignment;
import mortise.wire.message.CreateTopicsRequest.CreatableTopic;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.CreateTopicsResponse.CreatableTopicConfigs;
import mortise.wire.message.CreateTopicsResponse.CreatableTopicResult;
import org.jspecify.annotations.Nullable;

/**
 * Serves CreateTopics. Topics succeed or are refused one by one, and are answered in the order of
 * the request.
 */
final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequest> {
    private static final short FIRST_WITH_CONFIGS = 5;

    /** What a created topic takes as objects and encoded: above all, its configuration. */
    private static final int CREATED_BYTES = 5_120;

    /** What a refused topic takes, and what each character of its name. */
    private static final int REFUSED_BYTES = 800;

    private static final int NAME_FACTOR = 3;

    private final ControllerGateway controller;
    private final int maxPartitionsPerRequest;
    private final Access access;

    CreateTopicsHandler(ControllerGateway controller, Config config, Access access) {
        this.controller = controller;
        this.maxPartitionsPerRequest = config.get(MetadataSettings.MAX_PARTITIONS_PER_REQUEST);
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.CREATE_TOPICS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.CREATE, ResourceType.CLUSTER, Requirement.Per.RESOURCE),
                new Requirement(Operation.CREATE, ResourceType.TOPIC, Requirement.Per.RESOURCE),
                new Requirement(
                        Operation.DESCRIBE_CONFIGS, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, CreateTopicsRequest request) {
        Answers.reserved(
                bytes(context, request), this, context, request, () -> create(context, request));
    }

    /** What the answer takes at most: no more topics are created than one request may. */
    private long bytes(RequestContext context, CreateTopicsRequest request) {
        long creatable = context.apiVersion() < FIRST_WITH_CONFIGS ? 0 : maxPartitionsPerRequest;
        long sum = Math.min(request.topics().size(), creatable) * CREATED_BYTES;
        for (CreatableTopic topic : request.topics()) {
            sum += REFUSED_BYTES + (long) topic.name().length() * NAME_FACTOR;
        }
        return sum;
    }

    private void create(RequestContext context, CreateTopicsRequest request) {
        Map<String, CreatableTopicResult> results = new LinkedHashMap<>();
        List<NewTopic> topics = accepted(context, request, results);
        Answers.when(
                controller
                        .submit(
                                new CreateTopics(topics, request.validateOnly()),
                                Duration.ofMillis(request.timeoutMs()))
                        .thenApply(created -> {
                            created.forEach(
                                    topic -> results.put(topic.name(), result(context, topic)));
                            return new CreateTopicsResponse()
                                    .topics(new ArrayList<>(results.values()));
                        }),
                this,
                context,
                request);
    }

    /** The topics to be asked for; the others get their results at once. */
    private List<NewTopic> accepted(
            RequestContext context,
            CreateTopicsRequest request,
            Map<String, CreatableTopicResult> results) {
        Set<String> duplicates = duplicates(request);
        boolean all = access.allowsOnCluster(context, Operation.CREATE);
        List<NewTopic> topics = new ArrayList<>();
        for (CreatableTopic topic : request.topics()) {
            CreatableTopicResult refusal = refusal(context, topic, duplicates, all);
            results.put(topic.name(), refusal == null ? new CreatableTopicResult() : refusal);
            if (refusal == null) {
                topics.add(newTopic(topic));
            }
        }
        return topics;
    }

    private @Nullable CreatableTopicResult refusal(
            RequestContext context, CreatableTopic topic, Set<String> duplicates, boolean all) {
        if (duplicates.contains(topic.name())) {
            return refused(topic.name(), ErrorCode.INVALID_REQUEST, "Duplicate topic name.");
        }
        if (!all && !access.allowsOnTopic(context, Operation.CREATE, topic.name())) {
            return refused(
                    topic.name(), ErrorCode.TOPIC_AUTHORIZATION_FAILED, "Authorization failed.");
        }
        Set<Integer> indexes = new HashSet<>();
        for (CreatableReplicaAssignment assignment : topic.assignments()) {
            if (!indexes.add(assignment.partitionIndex())) {
                return refused(
                        topic.name(),
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "Partition " + assignment.partitionIndex() + " is assigned twice.");
            }
        }
        return null;
    }

    private static Set<String> duplicates(CreateTopicsRequest request) {
        Set<String> seen = new HashSet<>();
        Set<String> duplicates = new HashSet<>();
        for (CreatableTopic topic : request.topics()) {
            if (!seen.add(topic.name())) {
                duplicates.add(topic.name());
            }
        }
        return duplicates;
    }

    private static NewTopic newTopic(CreatableTopic topic) {
        Map<Integer, List<Integer>> assignments = new HashMap<>();
        topic.assignments()
                .forEach(assignment ->
                        assignments.put(assignment.partitionIndex(), assignment.brokerIds()));
        Map<String, @Nullable String> configs = new HashMap<>();
        topic.configs().forEach(config -> configs.put(config.name(), config.value()));
        return new NewTopic(
                topic.name(),
                topic.numPartitions(),
                topic.replicationFactor(),
                assignments,
                configs);
    }

    private CreatableTopicResult result(RequestContext context, CreatedTopic topic) {
        CreatableTopicResult result =
                new CreatableTopicResult()
                        .name(topic.name())
                        .errorCode(topic.verdict().error().code())
                        .errorMessage(topic.verdict().message());
        if (!topic.verdict().accepted()) {
            return result;
        }
        result.topicId(topic.id().value());
        if (!access.allowsOnTopic(context, Operation.DESCRIBE_CONFIGS, topic.name())) {
            return context.apiVersion() < FIRST_WITH_CONFIGS
                    ? result
                    : result.topicConfigErrorCode(ErrorCode.TOPIC_AUTHORIZATION_FAILED.code());
        }
        return result.numPartitions(topic.partitions())
                .replicationFactor((short) topic.replicationFactor())
                .configs(configs(topic.configs()));
    }

    private static List<CreatableTopicConfigs> configs(List<ConfigEntry> entries) {
        List<CreatableTopicConfigs> configs = new ArrayList<>(entries.size());
        for (ConfigEntry entry : entries) {
            configs.add(
                    new CreatableTopicConfigs()
                            .name(entry.name())
                            .value(entry.value())
                            .readOnly(entry.readOnly())
                            .configSource(entry.source().code())
                            .isSensitive(entry.sensitive()));
        }
        return configs;
    }

    private static CreatableTopicResult refused(String topic, ErrorCode error, String reason) {
        return new CreatableTopicResult().name(topic).errorCode(error.code()).errorMessage(reason);
    }

    @Override
    public CreateTopicsResponse failure(
            CreateTopicsRequest request, short version, ErrorCode error, String reason) {
        Map<String, CreatableTopicResult> results = new LinkedHashMap<>();
        request.topics()
                .forEach(topic -> results.put(topic.name(), refused(topic.name(), error, reason)));
        return new CreateTopicsResponse().topics(new ArrayList<>(results.values()));
    }
}
