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
import mortise.coordinator.Reply;
import mortise.metadata.ClusterImage;
import mortise.metadata.TopicImage;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.OffsetFetchRequest;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestTopic;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import mortise.wire.message.OffsetFetchResponse;
import mortise.wire.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import mortise.wire.message.OffsetFetchResponse.OffsetFetchResponsePartition;
import mortise.wire.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import mortise.wire.message.OffsetFetchResponse.OffsetFetchResponseTopic;
import mortise.wire.message.OffsetFetchResponse.OffsetFetchResponseTopics;

/**
 * OffsetFetch, of one group, or from version 8 on of several. Topics that the client may not
 * describe are refused here, or left out if it asks for all; from version 10 on topics are told by
 * ID.
 */
final class OffsetFetchHandler implements ApiHandler<OffsetFetchRequest> {
    private static final short FIRST_WITH_GROUP_ERROR = 2;
    private static final short FIRST_WITH_GROUPS = 8;
    private static final short FIRST_WITH_IDS = 10;
    private static final long NO_OFFSET = -1;

    private final GroupHost host;
    private final Access access;

    OffsetFetchHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.OFFSET_FETCH;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.GROUP, Requirement.Per.RESOURCE),
                new Requirement(Operation.DESCRIBE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, OffsetFetchRequest request) {
        List<OffsetFetchRequestGroup> groups = groups(request, context.apiVersion());
        List<OffsetFetchResponseGroup> initial = new ArrayList<>(groups.size());
        groups.forEach(
                group -> initial.add(new OffsetFetchResponseGroup().groupId(group.groupId())));
        context.largeAnswer();
        Collected<OffsetFetchResponseGroup> answers =
                new Collected<>(
                        initial,
                        all -> context.respond(response(all, request, context.apiVersion())));
        for (int i = 0; i < groups.size(); i++) {
            ask(context, groups.get(i), i, answers);
        }
        context.orderingPointPassed();
        answers.allAsked();
    }

    private static List<OffsetFetchRequestGroup> groups(OffsetFetchRequest request, short version) {
        if (version >= FIRST_WITH_GROUPS) {
            return Once.fetched(request.groups());
        }
        OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().groupId(request.groupId());
        List<OffsetFetchRequestTopic> wanted = request.topics();
        if (wanted == null) {
            return List.of(group.topics(null));
        }
        List<OffsetFetchRequestTopics> topics = new ArrayList<>(wanted.size());
        for (OffsetFetchRequestTopic topic : wanted) {
            topics.add(
                    new OffsetFetchRequestTopics()
                            .name(topic.name())
                            .partitionIndexes(topic.partitionIndexes()));
        }
        return Once.fetched(List.of(group.topics(topics)));
    }

    private void ask(
            RequestContext context,
            OffsetFetchRequestGroup group,
            int part,
            Collected<OffsetFetchResponseGroup> answers) {
        if (!access.allows(context, Operation.DESCRIBE, ResourceType.GROUP, group.groupId())) {
            answers.reply(part, error -> refused(group, error))
                    .refuse(ErrorCode.GROUP_AUTHORIZATION_FAILED);
            return;
        }
        List<OffsetFetchResponseTopics> refused = new ArrayList<>();
        List<OffsetFetchRequestTopics> wanted = group.topics();
        ClusterImage image = host.image();
        OffsetFetchRequestGroup asked =
                new OffsetFetchRequestGroup()
                        .groupId(group.groupId())
                        .memberId(group.memberId())
                        .memberEpoch(group.memberEpoch())
                        .topics(wanted == null ? null : sift(context, image, wanted, refused));
        var reply = answers.reply(part, error -> refused(group, error));
        host.<OffsetFetchResponseGroup>ask(
                group.groupId(),
                0,
                (groups, decidedReply, decided) ->
                        groups.fetchOffsets(asked, decidedReply, decided),
                new Reply<>() {
                    @Override
                    public void answer(OffsetFetchResponseGroup response) {
                        if (wanted == null) {
                            response.topics(visible(context, image, response.topics()));
                        } else if (!refused.isEmpty()) {
                            response.topics().addAll(refused);
                        }
                        reply.answer(response);
                    }

                    @Override
                    public void refuse(ErrorCode error) {
                        reply.refuse(error);
                    }
                },
                () -> {});
    }

    /** The topics that the client may describe, with their names. */
    private List<OffsetFetchRequestTopics> sift(
            RequestContext context,
            ClusterImage image,
            List<OffsetFetchRequestTopics> wanted,
            List<OffsetFetchResponseTopics> refused) {
        boolean byId = context.apiVersion() >= FIRST_WITH_IDS;
        List<OffsetFetchRequestTopics> good = new ArrayList<>(wanted.size());
        for (OffsetFetchRequestTopics topic : wanted) {
            TopicImage known = byId ? image.topic(new TopicId(topic.topicId())) : null;
            if (byId && known == null) {
                refused.add(refused(topic, ErrorCode.UNKNOWN_TOPIC_ID));
                continue;
            }
            if (known != null) {
                topic.name(known.name());
            }
            if (access.allowsOnTopic(context, Operation.DESCRIBE, topic.name())) {
                good.add(topic);
            } else {
                refused.add(refused(topic, ErrorCode.TOPIC_AUTHORIZATION_FAILED));
            }
        }
        return good;
    }

    /** Of all topics those that the client may describe, with their IDs. */
    private List<OffsetFetchResponseTopics> visible(
            RequestContext context, ClusterImage image, List<OffsetFetchResponseTopics> all) {
        boolean byId = context.apiVersion() >= FIRST_WITH_IDS;
        List<OffsetFetchResponseTopics> visible = new ArrayList<>(all.size());
        for (OffsetFetchResponseTopics topic : all) {
            TopicImage known = image.topic(topic.name());
            if (access.allowsOnTopic(context, Operation.DESCRIBE, topic.name())
                    && (!byId || known != null)) {
                visible.add(known == null ? topic : topic.topicId(known.id().value()));
            }
        }
        return visible;
    }

    private static OffsetFetchResponseTopics refused(
            OffsetFetchRequestTopics topic, ErrorCode error) {
        List<OffsetFetchResponsePartitions> partitions =
                new ArrayList<>(topic.partitionIndexes().size());
        for (int index : topic.partitionIndexes()) {
            partitions.add(
                    new OffsetFetchResponsePartitions()
                            .partitionIndex(index)
                            .committedOffset(NO_OFFSET)
                            .metadata("")
                            .errorCode(error.code()));
        }
        return new OffsetFetchResponseTopics()
                .name(topic.name())
                .topicId(topic.topicId())
                .partitions(partitions);
    }

    private static OffsetFetchResponseGroup refused(
            OffsetFetchRequestGroup group, ErrorCode error) {
        return new OffsetFetchResponseGroup().groupId(group.groupId()).errorCode(error.code());
    }

    private static OffsetFetchResponse response(
            List<OffsetFetchResponseGroup> groups, OffsetFetchRequest request, short version) {
        if (version >= FIRST_WITH_GROUPS) {
            return new OffsetFetchResponse().groups(groups);
        }
        OffsetFetchResponseGroup group = groups.getFirst();
        OffsetFetchResponse response = new OffsetFetchResponse().errorCode(group.errorCode());
        if (group.errorCode() != ErrorCode.NONE.code()) {
            return version < FIRST_WITH_GROUP_ERROR
                    ? inEachPartition(request, group.errorCode())
                    : response;
        }
        List<OffsetFetchResponseTopic> topics = new ArrayList<>(group.topics().size());
        for (OffsetFetchResponseTopics topic : group.topics()) {
            List<OffsetFetchResponsePartition> partitions =
                    new ArrayList<>(topic.partitions().size());
            for (OffsetFetchResponsePartitions partition : topic.partitions()) {
                partitions.add(
                        new OffsetFetchResponsePartition()
                                .partitionIndex(partition.partitionIndex())
                                .committedOffset(partition.committedOffset())
                                .committedLeaderEpoch(partition.committedLeaderEpoch())
                                .metadata(partition.metadata())
                                .errorCode(partition.errorCode()));
            }
            topics.add(new OffsetFetchResponseTopic().name(topic.name()).partitions(partitions));
        }
        return response.topics(topics);
    }

    /** In the oldest versions a group's error stands in each of its partitions. */
    private static OffsetFetchResponse inEachPartition(OffsetFetchRequest request, short error) {
        List<OffsetFetchResponseTopic> topics = new ArrayList<>();
        List<OffsetFetchRequestTopics> wanted =
                groups(request, (short) (FIRST_WITH_GROUP_ERROR - 1)).getFirst().topics();
        if (wanted != null) {
            for (OffsetFetchRequestTopics topic : wanted) {
                List<OffsetFetchResponsePartition> partitions = new ArrayList<>();
                for (int index : topic.partitionIndexes()) {
                    partitions.add(
                            new OffsetFetchResponsePartition()
                                    .partitionIndex(index)
                                    .committedOffset(NO_OFFSET)
                                    .metadata("")
                                    .errorCode(error));
                }
                topics.add(
                        new OffsetFetchResponseTopic().name(topic.name()).partitions(partitions));
            }
        }
        return new OffsetFetchResponse().topics(topics);
    }

    @Override
    public ApiMessage failure(
            OffsetFetchRequest request, short version, ErrorCode error, String reason) {
        List<OffsetFetchResponseGroup> groups = new ArrayList<>();
        groups(request, version).forEach(group -> groups.add(refused(group, error)));
        return response(groups, request, version);
    }
}
