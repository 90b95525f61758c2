package mortise.broker.cluster.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mortise.api.ErrorCode;
import mortise.api.TopicId;
import mortise.api.config.Config;
import mortise.broker.cluster.ControllerGateway;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.runtime.Blocking;
import mortise.metadata.ClusterImage;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import mortise.metadata.TopicNames;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.controller.ControllerCommand.CreateTopics;
import mortise.metadata.controller.ControllerCommand.CreatedTopic;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.spi.auth.Action;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataRequest.MetadataRequestTopic;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.MetadataResponse.MetadataResponseBroker;
import mortise.wire.message.MetadataResponse.MetadataResponsePartition;
import mortise.wire.message.MetadataResponse.MetadataResponseTopic;
import org.jspecify.annotations.Nullable;

/**
 * Serves Metadata: brokers, topics, and who leads which partition.
 *
 * <p>A topic that is not there is created if client and configuration let it. The answer waits for
 * it, within a bound, so that a producer's first record need not wait for a second round.
 */
final class MetadataHandler implements ApiHandler<MetadataRequest> {
    /** What a partition takes as objects and encoded, and each of its replicas. */
    private static final int PARTITION_BYTES = 128;

    private static final int REPLICA_BYTES = 8;

    /** What a topic takes without its partitions and its name. */
    private static final int TOPIC_BYTES = 256;

    private static final short FIRST_WITH_NULL_FOR_ALL = 1;
    private static final short FIRST_WITH_LISTENER_ERROR = 6;
    private static final short FIRST_WITH_OPERATIONS = 8;
    private static final short FIRST_WITH_IDS_IN_SCHEMA = 10;
    private static final short LAST_WITH_CLUSTER_OPERATIONS = 10;
    private static final short FIRST_WITH_IDS = 12;
    private static final short FIRST_WITH_ERROR = 13;

    private final ClusterView view;
    private final ControllerGateway controller;
    private final BrokerConfigs configs;
    private final int largeResponsePartitions;
    private final Duration autoCreateWait;
    private final Access access;
    private final Blocking blocking;

    MetadataHandler(
            ClusterView view,
            ControllerGateway controller,
            BrokerConfigs configs,
            Config config,
            Access access,
            Blocking blocking) {
        this.view = view;
        this.controller = controller;
        this.configs = configs;
        this.largeResponsePartitions = config.get(MetadataSettings.LARGE_RESPONSE_PARTITIONS);
        this.autoCreateWait = config.get(MetadataSettings.AUTO_CREATE_WAIT);
        this.access = access;
        this.blocking = blocking;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.METADATA;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.TOPIC, Requirement.Per.RESOURCE),
                new Requirement(Operation.CREATE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, MetadataRequest request) {
        List<MetadataRequestTopic> wanted = request.topics();
        if (wanted == null
                || (context.apiVersion() < FIRST_WITH_NULL_FOR_ALL && wanted.isEmpty())) {
            respond(
                    view.image().partitionCount(),
                    bytes(view.image()),
                    () -> everything(context, request, view.image()),
                    context,
                    request);
            return;
        }
        if (context.apiVersion() < FIRST_WITH_IDS
                && wanted.stream().anyMatch(MetadataHandler::isById)) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.INVALID_REQUEST,
                            "Topics are asked for by ID from version " + FIRST_WITH_IDS + " on."));
            return;
        }
        Creation creation = creation(context, request, wanted);
        int partitions = partitions(view.image(), wanted);
        long bytes = bytes(view.image(), wanted);
        if (creation.names.isEmpty()) {
            respond(
                    partitions,
                    bytes,
                    () -> some(context, request, view.image(), creation.forbidden),
                    context,
                    request);
        } else {
            Answers.reserved(
                    bytes,
                    this,
                    context,
                    request,
                    () ->
                            Answers.when(
                                    create(creation)
                                            .thenApply(errors ->
                                                    some(context, request, view.image(), errors)),
                                    this,
                                    context,
                                    request));
        }
    }

    private void respond(
            int partitions,
            long bytes,
            Supplier<MetadataResponse> response,
            RequestContext context,
            MetadataRequest request) {
        Answers.build(
                partitions > largeResponsePartitions,
                bytes,
                blocking,
                response,
                this,
                context,
                request);
    }

    private static long bytes(ClusterImage image) {
        long sum = 0;
        for (TopicImage topic : image.topics()) {
            sum += bytes(topic);
        }
        return sum;
    }

    private static long bytes(TopicImage topic) {
        int replicas =
                topic.partitions().isEmpty() ? 0 : topic.partitions().getFirst().replicas().size();
        return TOPIC_BYTES
                + topic.name().length()
                + (long) topic.partitions().size() * (PARTITION_BYTES + replicas * REPLICA_BYTES);
    }

    /** What the answer about these topics takes at most; a topic counts once. */
    private static long bytes(ClusterImage image, List<MetadataRequestTopic> wanted) {
        long sum = 0;
        Set<TopicId> counted = new HashSet<>();
        for (MetadataRequestTopic topic : wanted) {
            TopicImage found = find(image, topic);
            if (found == null) {
                sum += TOPIC_BYTES + (topic.name() == null ? 0 : topic.name().length());
            } else if (counted.add(found.id())) {
                sum += bytes(found);
            }
        }
        return sum;
    }

    private static boolean isById(MetadataRequestTopic topic) {
        return topic.name() == null || !topic.topicId().equals(TopicId.NONE.value());
    }

    private static int partitions(ClusterImage image, List<MetadataRequestTopic> wanted) {
        int count = 0;
        Set<TopicId> counted = new HashSet<>();
        for (MetadataRequestTopic topic : wanted) {
            TopicImage found = find(image, topic);
            if (found != null && counted.add(found.id())) {
                count += found.partitions().size();
            }
        }
        return count;
    }

    private static @Nullable TopicImage find(ClusterImage image, MetadataRequestTopic topic) {
        String name = topic.name();
        return name == null || isById(topic)
                ? image.topic(new TopicId(topic.topicId()))
                : image.topic(name);
    }

    /**
     * What is to be created for a request.
     *
     * @param names topics to create
     * @param forbidden topics that the client may not create
     */
    private record Creation(Set<String> names, Map<String, ErrorCode> forbidden) {
        static final Creation NOTHING = new Creation(Set.of(), Map.of());
    }

    private Creation creation(
            RequestContext context, MetadataRequest request, List<MetadataRequestTopic> wanted) {
        ClusterImage image = view.image();
        Creation creation = new Creation(new LinkedHashSet<>(), new TreeMap<>());
        for (MetadataRequestTopic topic : wanted) {
            String name = topic.name();
            if (name == null
                    || isById(topic)
                    || image.topic(name) != null
                    || !creatable(context, name)) {
                continue;
            }
            if (access.allowsOnCluster(context, Operation.CREATE)
                    || access.allowsOnTopic(context, Operation.CREATE, name)) {
                creation.names.add(name);
            } else {
                creation.forbidden.put(name, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
            }
        }
        boolean wantedByAll =
                request.allowAutoTopicCreation()
                        && configs.value(MetadataSettings.AUTO_CREATE, image);
        return wantedByAll ? creation : Creation.NOTHING;
    }

    private boolean creatable(RequestContext context, String name) {
        return TopicNames.problem(name) == null
                && !TopicNames.isInternal(name)
                && !TopicNames.isReserved(name)
                && access.allowsOnTopic(context, Operation.DESCRIBE, name);
    }

    private CompletionStage<Map<String, ErrorCode>> create(Creation creation) {
        List<NewTopic> topics =
                creation.names.stream()
                        .map(name -> new NewTopic(name, -1, -1, Map.of(), Map.of()))
                        .toList();
        return controller
                .submit(CreateTopics.automatically(topics), autoCreateWait)
                .handle((created, failure) -> {
                    Map<String, ErrorCode> errors = new TreeMap<>(creation.forbidden);
                    if (failure != null) {
                        // It may yet be created: the client asks again.
                        creation.names.forEach(
                                name -> errors.put(name, ErrorCode.LEADER_NOT_AVAILABLE));
                    } else {
                        for (CreatedTopic topic : created) {
                            errors.put(topic.name(), topic.verdict().error());
                        }
                    }
                    return errors;
                });
    }

    private MetadataResponse everything(
            RequestContext context, MetadataRequest request, ClusterImage image) {
        List<MetadataResponseTopic> topics = new ArrayList<>(image.topicCount());
        image.topics().stream()
                .sorted(Comparator.comparing(TopicImage::name))
                .filter(topic -> access.allowsOnTopic(context, Operation.DESCRIBE, topic.name()))
                .forEach(topic -> topics.add(known(context, request, image, topic)));
        return response(context, request, image, topics);
    }

    private MetadataResponse some(
            RequestContext context,
            MetadataRequest request,
            ClusterImage image,
            Map<String, ErrorCode> creations) {
        List<MetadataRequestTopic> wanted = request.topics() == null ? List.of() : request.topics();
        Set<Object> answered = new HashSet<>();
        List<MetadataResponseTopic> topics = new ArrayList<>();
        for (MetadataRequestTopic topic : wanted) {
            if (answered.add(identity(image, topic))) {
                topics.add(one(context, request, image, creations, topic));
            }
        }
        return response(context, request, image, topics);
    }

    /** What a topic is answered by once, under however many names it is asked for. */
    private static Object identity(ClusterImage image, MetadataRequestTopic wanted) {
        TopicImage topic = find(image, wanted);
        if (topic != null) {
            return topic.id();
        }
        String name = wanted.name();
        return name == null || isById(wanted) ? new TopicId(wanted.topicId()) : name;
    }

    private MetadataResponseTopic one(
            RequestContext context,
            MetadataRequest request,
            ClusterImage image,
            Map<String, ErrorCode> creations,
            MetadataRequestTopic wanted) {
        TopicImage topic = find(image, wanted);
        String name = isById(wanted) ? topic == null ? null : topic.name() : wanted.name();
        if (name != null && !access.allowsOnTopic(context, Operation.DESCRIBE, name)) {
            return unknown(wanted, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
        }
        if (topic != null) {
            return known(context, request, image, topic);
        }
        if (name == null) {
            return unknown(wanted, ErrorCode.UNKNOWN_TOPIC_ID);
        }
        return withOperations(context, request, name, unknown(wanted, absence(name, creations)));
    }

    private static ErrorCode absence(String name, Map<String, ErrorCode> creations) {
        if (TopicNames.problem(name) != null) {
            return ErrorCode.INVALID_TOPIC_EXCEPTION;
        }
        ErrorCode creation = creations.getOrDefault(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        boolean gone = creation == ErrorCode.NONE || creation == ErrorCode.TOPIC_ALREADY_EXISTS;
        return gone ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : creation;
    }

    private static MetadataResponseTopic unknown(MetadataRequestTopic wanted, ErrorCode error) {
        return new MetadataResponseTopic()
                .errorCode(error.code())
                .name(isById(wanted) ? null : wanted.name())
                .topicId(wanted.topicId())
                .isInternal(wanted.name() != null && TopicNames.isInternal(wanted.name()));
    }

    private MetadataResponseTopic known(
            RequestContext context, MetadataRequest request, ClusterImage image, TopicImage topic) {
        List<MetadataResponsePartition> partitions = new ArrayList<>(topic.partitions().size());
        for (PartitionImage partition : topic.partitions()) {
            partitions.add(partition(context, image, topic, partition));
        }
        MetadataResponseTopic answer =
                new MetadataResponseTopic()
                        .name(topic.name())
                        .topicId(topic.id().value())
                        .isInternal(topic.internal())
                        .partitions(partitions);
        return withOperations(context, request, topic.name(), answer);
    }

    private MetadataResponseTopic withOperations(
            RequestContext context,
            MetadataRequest request,
            String topic,
            MetadataResponseTopic answer) {
        return context.apiVersion() >= FIRST_WITH_OPERATIONS
                        && request.includeTopicAuthorizedOperations()
                ? answer.topicAuthorizedOperations(
                        access.authorizedOperations(context, ResourceType.TOPIC, topic))
                : answer;
    }

    private MetadataResponsePartition partition(
            RequestContext context,
            ClusterImage image,
            TopicImage topic,
            PartitionImage partition) {
        ClusterView.PartitionView seen = view.partition(context, image, topic, partition);
        ErrorCode error =
                seen.error() == ErrorCode.LISTENER_NOT_FOUND
                                && context.apiVersion() < FIRST_WITH_LISTENER_ERROR
                        ? ErrorCode.LEADER_NOT_AVAILABLE
                        : seen.error();
        return new MetadataResponsePartition()
                .errorCode(error.code())
                .partitionIndex(partition.partition())
                .leaderId(seen.leader())
                .leaderEpoch(partition.leaderEpoch())
                .replicaNodes(partition.replicas())
                .isrNodes(partition.isr())
                .offlineReplicas(seen.offline());
    }

    private MetadataResponse response(
            RequestContext context,
            MetadataRequest request,
            ClusterImage image,
            List<MetadataResponseTopic> topics) {
        List<MetadataResponseBroker> brokers = new ArrayList<>();
        for (ClusterView.Reachable reachable : view.brokers(context, image, false)) {
            brokers.add(
                    new MetadataResponseBroker()
                            .nodeId(reachable.broker().id())
                            .host(reachable.address().host())
                            .port(reachable.address().port())
                            .rack(reachable.broker().rack()));
        }
        MetadataResponse response =
                new MetadataResponse()
                        .brokers(brokers)
                        .clusterId(image.clusterId())
                        .controllerId(view.controllerId(image))
                        .topics(topics);
        short version = context.apiVersion();
        if (version >= FIRST_WITH_OPERATIONS
                && version <= LAST_WITH_CLUSTER_OPERATIONS
                && request.includeClusterAuthorizedOperations()) {
            response.clusterAuthorizedOperations(
                    access.authorizedOperations(
                            context, ResourceType.CLUSTER, Action.CLUSTER_NAME));
        }
        return response;
    }

    @Override
    public MetadataResponse failure(
            MetadataRequest request, short version, ErrorCode error, String reason) {
        List<MetadataRequestTopic> wanted = request.topics() == null ? List.of() : request.topics();
        List<MetadataResponseTopic> topics = new ArrayList<>(wanted.size());
        for (MetadataRequestTopic topic : wanted) {
            topics.add(
                    new MetadataResponseTopic()
                            .errorCode(error.code())
                            .name(
                                    topic.name() == null && version < FIRST_WITH_IDS
                                            ? ""
                                            : topic.name())
                            .topicId(
                                    version >= FIRST_WITH_IDS_IN_SCHEMA
                                            ? topic.topicId()
                                            : TopicId.NONE.value()));
        }
        MetadataResponse response = new MetadataResponse().topics(topics);
        return version >= FIRST_WITH_ERROR ? response.errorCode(error.code()) : response;
    }
}
