package mortise.broker.group.api;

import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.api.TopicId;
import mortise.broker.group.GroupHost;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.metadata.ClusterImage;
import mortise.metadata.TopicImage;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.OffsetCommitRequest;
import mortise.wire.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import mortise.wire.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import mortise.wire.message.OffsetCommitResponse;
import mortise.wire.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import mortise.wire.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import org.jspecify.annotations.Nullable;

/**
 * OffsetCommit. Topics that the client may not read, and partitions that there are none of, are
 * refused here; the coordinator sees the others, by name. From version 10 on topics are told by ID.
 */
final class OffsetCommitHandler implements ApiHandler<OffsetCommitRequest> {
    private static final short FIRST_WITH_IDS = 10;

    private final GroupHost host;
    private final Access access;

    OffsetCommitHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.OFFSET_COMMIT;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.READ, ResourceType.GROUP, Requirement.Per.REQUEST),
                new Requirement(Operation.READ, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, OffsetCommitRequest request) {
        if (!access.allows(context, Operation.READ, ResourceType.GROUP, request.groupId())) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.GROUP_AUTHORIZATION_FAILED,
                            ""));
            return;
        }
        List<OffsetCommitResponseTopic> refused = new ArrayList<>();
        List<OffsetCommitRequestTopic> good = new ArrayList<>(request.topics().size());
        ClusterImage image = host.image();
        for (OffsetCommitRequestTopic topic : Once.committed(request.topics())) {
            sift(context, image, topic, good, refused);
        }
        if (good.isEmpty() && !refused.isEmpty()) {
            context.respond(new OffsetCommitResponse().topics(refused));
            return;
        }
        request.topics(good);
        host.<OffsetCommitResponse>ask(
                request.groupId(),
                context.sizeInBytes(),
                (groups, reply, decided) ->
                        groups.commit(context.apiVersion(), request, reply, decided),
                new GroupReply<>(context, request, this, response -> with(response, refused)),
                context::orderingPointPassed);
    }

    private static OffsetCommitResponse with(
            OffsetCommitResponse response, List<OffsetCommitResponseTopic> refused) {
        if (!refused.isEmpty()) {
            List<OffsetCommitResponseTopic> all = new ArrayList<>(response.topics());
            all.addAll(refused);
            response.topics(all);
        }
        return response;
    }

    private void sift(
            RequestContext context,
            ClusterImage image,
            OffsetCommitRequestTopic topic,
            List<OffsetCommitRequestTopic> good,
            List<OffsetCommitResponseTopic> refused) {
        boolean byId = context.apiVersion() >= FIRST_WITH_IDS;
        TopicImage known =
                byId ? image.topic(new TopicId(topic.topicId())) : image.topic(topic.name());
        if (byId && known != null) {
            topic.name(known.name());
        }
        ErrorCode problem = problem(context, topic.name(), known, byId);
        if (problem != ErrorCode.NONE || known == null) {
            refused.add(answer(topic, topic.partitions(), problem));
            return;
        }
        int partitions = known.partitions().size();
        List<OffsetCommitRequestPartition> there = new ArrayList<>(topic.partitions().size());
        List<OffsetCommitRequestPartition> notThere = new ArrayList<>();
        for (OffsetCommitRequestPartition partition : topic.partitions()) {
            int index = partition.partitionIndex();
            (index >= 0 && index < partitions ? there : notThere).add(partition);
        }
        if (!notThere.isEmpty()) {
            refused.add(answer(topic, notThere, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        }
        if (!there.isEmpty() || notThere.isEmpty()) {
            good.add(topic.partitions(there));
        }
    }

    private ErrorCode problem(
            RequestContext context, String name, @Nullable TopicImage known, boolean byId) {
        if (byId && known == null) {
            return ErrorCode.UNKNOWN_TOPIC_ID;
        }
        if (!access.allowsOnTopic(context, Operation.READ, name)) {
            return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
        }
        return known == null ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NONE;
    }

    private static OffsetCommitResponseTopic answer(
            OffsetCommitRequestTopic topic,
            List<OffsetCommitRequestPartition> partitions,
            ErrorCode error) {
        List<OffsetCommitResponsePartition> answers = new ArrayList<>(partitions.size());
        for (OffsetCommitRequestPartition partition : partitions) {
            answers.add(
                    new OffsetCommitResponsePartition()
                            .partitionIndex(partition.partitionIndex())
                            .errorCode(error.code()));
        }
        return new OffsetCommitResponseTopic()
                .name(topic.name())
                .topicId(topic.topicId())
                .partitions(answers);
    }

    @Override
    public ApiMessage failure(
            OffsetCommitRequest request, short version, ErrorCode error, String reason) {
        List<OffsetCommitResponseTopic> topics = new ArrayList<>(request.topics().size());
        for (OffsetCommitRequestTopic topic : Once.committed(request.topics())) {
            topics.add(answer(topic, topic.partitions(), error));
        }
        return new OffsetCommitResponse().topics(topics);
    }
}
