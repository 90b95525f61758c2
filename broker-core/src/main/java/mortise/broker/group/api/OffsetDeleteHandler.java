package mortise.broker.group.api;

import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.broker.group.GroupHost;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.metadata.TopicImage;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.OffsetDeleteRequest;
import mortise.wire.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import mortise.wire.message.OffsetDeleteResponse;
import mortise.wire.message.OffsetDeleteResponse.OffsetDeleteResponsePartition;
import mortise.wire.message.OffsetDeleteResponse.OffsetDeleteResponseTopic;

/** OffsetDelete: offsets of topics that no member of the group subscribes to. */
final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequest> {
    private final GroupHost host;
    private final Access access;

    OffsetDeleteHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.OFFSET_DELETE;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DELETE, ResourceType.GROUP, Requirement.Per.REQUEST),
                new Requirement(Operation.READ, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, OffsetDeleteRequest request) {
        if (!access.allows(context, Operation.DELETE, ResourceType.GROUP, request.groupId())) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.GROUP_AUTHORIZATION_FAILED,
                            ""));
            return;
        }
        List<OffsetDeleteResponseTopic> refused = new ArrayList<>();
        List<OffsetDeleteRequestTopic> good = new ArrayList<>(request.topics().size());
        for (OffsetDeleteRequestTopic topic : Once.deleted(request.topics())) {
            TopicImage known = host.image().topic(topic.name());
            if (!access.allowsOnTopic(context, Operation.READ, topic.name())) {
                refused.add(refused(topic, ErrorCode.TOPIC_AUTHORIZATION_FAILED));
            } else if (known == null) {
                refused.add(refused(topic, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
            } else {
                good.add(topic);
            }
        }
        OffsetDeleteRequest asked =
                new OffsetDeleteRequest().groupId(request.groupId()).topics(good);
        host.<OffsetDeleteResponse>ask(
                request.groupId(),
                context.sizeInBytes(),
                (groups, reply, decided) -> groups.deleteOffsets(asked, reply, decided),
                new GroupReply<>(
                        context,
                        request,
                        this,
                        response -> {
                            response.topics().addAll(refused);
                            return response;
                        }),
                context::orderingPointPassed);
    }

    private static OffsetDeleteResponseTopic refused(
            OffsetDeleteRequestTopic topic, ErrorCode error) {
        List<OffsetDeleteResponsePartition> partitions = new ArrayList<>();
        topic.partitions()
                .forEach(partition ->
                        partitions.add(
                                new OffsetDeleteResponsePartition()
                                        .partitionIndex(partition.partitionIndex())
                                        .errorCode(error.code())));
        return new OffsetDeleteResponseTopic().name(topic.name()).partitions(partitions);
    }

    @Override
    public ApiMessage failure(
            OffsetDeleteRequest request, short version, ErrorCode error, String reason) {
        return new OffsetDeleteResponse().errorCode(error.code());
    }
}
