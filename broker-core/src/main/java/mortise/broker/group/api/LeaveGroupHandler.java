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
import mortise.wire.message.LeaveGroupRequest;
import mortise.wire.message.LeaveGroupResponse;

/** LeaveGroup: of one member, or from version 3 on of several. */
final class LeaveGroupHandler implements ApiHandler<LeaveGroupRequest> {
    private final GroupHost host;
    private final Access access;

    LeaveGroupHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.LEAVE_GROUP;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.READ, ResourceType.GROUP, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, LeaveGroupRequest request) {
        if (!access.allows(context, Operation.READ, ResourceType.GROUP, request.groupId())) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.GROUP_AUTHORIZATION_FAILED,
                            ""));
            return;
        }
        host.<LeaveGroupResponse>ask(
                request.groupId(),
                context.sizeInBytes(),
                (groups, reply, decided) ->
                        groups.leave(context.apiVersion(), request, reply, decided),
                GroupReply.of(context, request, this),
                context::orderingPointPassed);
    }

    @Override
    public ApiMessage failure(
            LeaveGroupRequest request, short version, ErrorCode error, String reason) {
        return new LeaveGroupResponse().errorCode(error.code());
    }
}
