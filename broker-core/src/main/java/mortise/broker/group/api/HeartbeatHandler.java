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
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;

/** Heartbeat of a member of a classic group. */
final class HeartbeatHandler implements ApiHandler<HeartbeatRequest> {
    private final GroupHost host;
    private final Access access;

    HeartbeatHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.HEARTBEAT;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.READ, ResourceType.GROUP, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, HeartbeatRequest request) {
        if (!access.allows(context, Operation.READ, ResourceType.GROUP, request.groupId())) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.GROUP_AUTHORIZATION_FAILED,
                            ""));
            return;
        }
        host.<HeartbeatResponse>ask(
                request.groupId(),
                context.sizeInBytes(),
                (groups, reply, decided) -> groups.heartbeat(request, reply, decided),
                GroupReply.of(context, request, this),
                context::orderingPointPassed);
    }

    @Override
    public ApiMessage failure(
            HeartbeatRequest request, short version, ErrorCode error, String reason) {
        return new HeartbeatResponse().errorCode(error.code());
    }
}
