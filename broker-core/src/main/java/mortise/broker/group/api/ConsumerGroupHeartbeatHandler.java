package mortise.broker.group.api;

import java.util.List;
import mortise.api.ErrorCode;
import mortise.broker.group.GroupHost;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.ConsumerGroupHeartbeatRequest;
import mortise.wire.message.ConsumerGroupHeartbeatResponse;

/**
 * ConsumerGroupHeartbeat: a member of a group that the broker balances (KIP-848). Version 1, with
 * subscriptions by regular expression, is not served yet: clients then say so by themselves.
 */
final class ConsumerGroupHeartbeatHandler implements ApiHandler<ConsumerGroupHeartbeatRequest> {
    private static final short LAST_WITHOUT_EXPRESSIONS = 0;

    private final GroupHost host;
    private final Access access;

    ConsumerGroupHeartbeatHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.CONSUMER_GROUP_HEARTBEAT;
    }

    @Override
    public short highestVersion() {
        return LAST_WITHOUT_EXPRESSIONS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.READ, ResourceType.GROUP, Requirement.Per.REQUEST),
                new Requirement(Operation.DESCRIBE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, ConsumerGroupHeartbeatRequest request) {
        ErrorCode refusal = refusal(context, request);
        if (refusal != ErrorCode.NONE) {
            context.respond(failure(request, context.apiVersion(), refusal, ""));
            return;
        }
        host.<ConsumerGroupHeartbeatResponse>ask(
                request.groupId(),
                context.sizeInBytes(),
                (groups, reply, decided) ->
                        groups.heartbeat(GroupClients.of(context), request, reply, decided),
                GroupReply.of(context, request, this),
                context::orderingPointPassed);
    }

    private ErrorCode refusal(RequestContext context, ConsumerGroupHeartbeatRequest request) {
        if (!access.allows(context, Operation.READ, ResourceType.GROUP, request.groupId())) {
            return ErrorCode.GROUP_AUTHORIZATION_FAILED;
        }
        List<String> topics = request.subscribedTopicNames();
        return topics == null
                        || topics.stream()
                                .allMatch(topic ->
                                        access.allowsOnTopic(context, Operation.DESCRIBE, topic))
                ? ErrorCode.NONE
                : ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    }

    @Override
    public ApiMessage failure(
            ConsumerGroupHeartbeatRequest request, short version, ErrorCode error, String reason) {
        return new ConsumerGroupHeartbeatResponse()
                .errorCode(error.code())
                .errorMessage(reason.isEmpty() ? null : reason);
    }
}
