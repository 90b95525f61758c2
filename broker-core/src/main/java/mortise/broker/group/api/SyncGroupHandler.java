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
import mortise.wire.message.SyncGroupRequest;
import mortise.wire.message.SyncGroupResponse;

/** SyncGroup: the answer comes when the leader has shared out the work. */
final class SyncGroupHandler implements ApiHandler<SyncGroupRequest> {
    private final GroupHost host;
    private final Access access;

    SyncGroupHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.SYNC_GROUP;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.READ, ResourceType.GROUP, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, SyncGroupRequest request) {
        if (!access.allows(context, Operation.READ, ResourceType.GROUP, request.groupId())) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.GROUP_AUTHORIZATION_FAILED,
                            ""));
            return;
        }
        host.<SyncGroupResponse>ask(
                request.groupId(),
                context.sizeInBytes(),
                (groups, reply, decided) -> groups.sync(request, reply, decided),
                GroupReply.of(context, request, this),
                context::orderingPointPassed);
    }

    @Override
    public ApiMessage failure(
            SyncGroupRequest request, short version, ErrorCode error, String reason) {
        return new SyncGroupResponse().errorCode(error.code());
    }
}
