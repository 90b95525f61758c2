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
import mortise.wire.message.JoinGroupRequest;
import mortise.wire.message.JoinGroupResponse;

/** JoinGroup: the answer comes when the next generation of the group begins. */
final class JoinGroupHandler implements ApiHandler<JoinGroupRequest> {
    private static final short FIRST_WITHOUT_PROTOCOL = 7;

    private final GroupHost host;
    private final Access access;

    JoinGroupHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.JOIN_GROUP;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.READ, ResourceType.GROUP, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, JoinGroupRequest request) {
        if (!access.allows(context, Operation.READ, ResourceType.GROUP, request.groupId())) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.GROUP_AUTHORIZATION_FAILED,
                            ""));
            return;
        }
        host.<JoinGroupResponse>ask(
                request.groupId(),
                context.sizeInBytes(),
                (groups, reply, decided) ->
                        groups.join(GroupClients.of(context), request, reply, decided),
                new GroupReply<>(
                        context,
                        request,
                        this,
                        response -> inVersion(response, context.apiVersion())),
                context::orderingPointPassed);
    }

    /** From version 7 on whoever is refused is told of no protocol rather than an empty one. */
    private static JoinGroupResponse inVersion(JoinGroupResponse response, short version) {
        return response.errorCode() != ErrorCode.NONE.code() && version >= FIRST_WITHOUT_PROTOCOL
                ? response.protocolName(null)
                : response;
    }

    @Override
    public ApiMessage failure(
            JoinGroupRequest request, short version, ErrorCode error, String reason) {
        return inVersion(
                new JoinGroupResponse()
                        .errorCode(error.code())
                        .memberId(request.memberId())
                        .generationId(-1),
                version);
    }
}
