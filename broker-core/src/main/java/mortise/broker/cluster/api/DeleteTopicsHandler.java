package mortise.broker.cluster.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import mortise.api.ErrorCode;
import mortise.api.TopicId;
import mortise.broker.cluster.ControllerGateway;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.metadata.ClusterImage;
import mortise.metadata.TopicImage;
import mortise.metadata.controller.ControllerCommand.DeleteTopics;
import mortise.metadata.controller.ControllerCommand.DeletedTopic;
import mortise.metadata.controller.ControllerCommand.TopicRef;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.DeleteTopicsRequest;
import mortise.wire.message.DeleteTopicsResponse;
import mortise.wire.message.DeleteTopicsResponse.DeletableTopicResult;
import org.jspecify.annotations.Nullable;

/** Serves DeleteTopics, by name or by ID. */
final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequest> {
    private static final short FIRST_WITH_DISABLED_ERROR = 3;
    private static final short FIRST_WITH_IDS = 6;

    /** What a topic takes as objects and encoded, and what each character of its name. */
    private static final int RESULT_BYTES = 600;

    private static final int NAME_FACTOR = 4;
    private static final int ID_NAME_LENGTH = 249;
    private static final String TWICE =
            "The topic is asked for twice in one request; it is not deleted.";

    private final ClusterView view;
    private final ControllerGateway controller;
    private final Access access;

    DeleteTopicsHandler(ClusterView view, ControllerGateway controller, Access access) {
        this.view = view;
        this.controller = controller;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DELETE_TOPICS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.TOPIC, Requirement.Per.RESOURCE),
                new Requirement(Operation.DELETE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, DeleteTopicsRequest request) {
        Collection<TopicRef> asked = refs(request, context.apiVersion());
        long bytes = 0;
        for (TopicRef ref : asked) {
            int length = ref.name() == null ? ID_NAME_LENGTH : ref.name().length();
            bytes += RESULT_BYTES + (long) length * NAME_FACTOR;
        }
        Answers.reserved(bytes, this, context, request, () -> delete(context, request, asked));
    }

    private void delete(
            RequestContext context, DeleteTopicsRequest request, Collection<TopicRef> asked) {
        List<DeletableTopicResult> results = new ArrayList<>();
        List<TopicRef> accepted = new ArrayList<>();
        ClusterImage image = view.image();
        Map<TopicRef, Integer> times = new LinkedHashMap<>();
        asked.forEach(ref -> times.merge(ref, 1, Integer::sum));
        for (TopicRef ref : times.keySet()) {
            DeletableTopicResult refusal = refusal(context, image, ref, times);
            if (refusal != null) {
                results.add(refusal);
            } else if (!isNamedToo(image, ref, times)) {
                accepted.add(ref);
            }
        }
        Answers.when(
                controller
                        .submit(new DeleteTopics(accepted), Duration.ofMillis(request.timeoutMs()))
                        .thenApply(deleted -> {
                            deleted.forEach(
                                    topic -> results.add(result(topic, context.apiVersion())));
                            return new DeleteTopicsResponse().responses(results);
                        }),
                this,
                context,
                request);
    }

    /** Whether a topic is asked for by its ID and, elsewhere in the request, by its name. */
    private static boolean isNamedToo(
            ClusterImage image, TopicRef ref, Map<TopicRef, Integer> times) {
        TopicImage topic = ref.name() == null ? image.topic(ref.id()) : null;
        return topic != null && times.containsKey(new TopicRef(topic.name(), TopicId.NONE));
    }

    private static List<TopicRef> refs(DeleteTopicsRequest request, short version) {
        return version < FIRST_WITH_IDS
                ? request.topicNames().stream()
                        .map(name -> new TopicRef(name, TopicId.NONE))
                        .toList()
                : request.topics().stream()
                        .map(topic -> new TopicRef(topic.name(), new TopicId(topic.topicId())))
                        .toList();
    }

    /** Why a topic is not deleted, if this broker can tell; nothing is told to strangers. */
    private @Nullable DeletableTopicResult refusal(
            RequestContext context,
            ClusterImage image,
            TopicRef ref,
            Map<TopicRef, Integer> times) {
        boolean byId = !ref.id().equals(TopicId.NONE);
        if (byId == (ref.name() != null)) {
            return refused(
                    ref,
                    ErrorCode.INVALID_REQUEST,
                    byId
                            ? "You may not specify both topic name and topic id."
                            : "Neither topic name nor id were specified.");
        }
        if (times.getOrDefault(ref, 0) > 1) {
            return refused(ref, ErrorCode.INVALID_REQUEST, TWICE);
        }
        TopicImage topic = byId ? image.topic(ref.id()) : image.topic(String.valueOf(ref.name()));
        String name = topic != null ? topic.name() : ref.name();
        if (name == null) {
            return null;
        }
        if (!access.allowsOnTopic(context, Operation.DESCRIBE, name)) {
            return refused(ref, ErrorCode.TOPIC_AUTHORIZATION_FAILED, "Authorization failed.");
        }
        if (!access.allowsOnTopic(context, Operation.DELETE, name)) {
            return refused(
                    new TopicRef(name, ref.id()),
                    ErrorCode.TOPIC_AUTHORIZATION_FAILED,
                    "Authorization failed.");
        }
        if (topic != null && !byId && times.containsKey(new TopicRef(null, topic.id()))) {
            return refused(new TopicRef(name, topic.id()), ErrorCode.INVALID_REQUEST, TWICE);
        }
        return null;
    }

    private static DeletableTopicResult refused(TopicRef ref, ErrorCode error, String reason) {
        return new DeletableTopicResult()
                .name(ref.name())
                .topicId(ref.id().value())
                .errorCode(error.code())
                .errorMessage(reason);
    }

    private static DeletableTopicResult result(DeletedTopic topic, short version) {
        ErrorCode error = topic.verdict().error();
        boolean untellable =
                error == ErrorCode.TOPIC_DELETION_DISABLED && version < FIRST_WITH_DISABLED_ERROR;
        return new DeletableTopicResult()
                .name(topic.name())
                .topicId(topic.id().value())
                .errorCode((untellable ? ErrorCode.INVALID_REQUEST : error).code())
                .errorMessage(topic.verdict().message());
    }

    @Override
    public DeleteTopicsResponse failure(
            DeleteTopicsRequest request, short version, ErrorCode error, String reason) {
        List<DeletableTopicResult> results = new ArrayList<>();
        new LinkedHashSet<>(refs(request, version))
                .forEach(ref -> results.add(refused(ref, error, reason)));
        return new DeleteTopicsResponse().responses(results);
    }
}
