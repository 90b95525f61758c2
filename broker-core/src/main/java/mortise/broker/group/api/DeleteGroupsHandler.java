package mortise.broker.group.api;

import java.util.ArrayList;
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
import mortise.wire.message.DeleteGroupsRequest;
import mortise.wire.message.DeleteGroupsResponse;
import mortise.wire.message.DeleteGroupsResponse.DeletableGroupResult;

/** DeleteGroups: groups without members, with all of their offsets. */
final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequest> {
    private final GroupHost host;
    private final Access access;

    DeleteGroupsHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DELETE_GROUPS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DELETE, ResourceType.GROUP, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, DeleteGroupsRequest request) {
        List<String> names = request.groupsNames().stream().distinct().toList();
        List<DeletableGroupResult> initial = new ArrayList<>(names.size());
        names.forEach(name -> initial.add(refused(name, ErrorCode.GROUP_AUTHORIZATION_FAILED)));
        Collected<DeletableGroupResult> answers =
                new Collected<>(
                        initial, all -> context.respond(new DeleteGroupsResponse().results(all)));
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (access.allows(context, Operation.DELETE, ResourceType.GROUP, name)) {
                host.<DeletableGroupResult>ask(
                        name,
                        name.length(),
                        (groups, reply, decided) -> groups.delete(name, reply, decided),
                        answers.reply(i, error -> refused(name, error)),
                        () -> {});
            } else {
                answers.keep();
            }
        }
        context.orderingPointPassed();
        answers.allAsked();
    }

    private static DeletableGroupResult refused(String name, ErrorCode error) {
        return new DeletableGroupResult().groupId(name).errorCode(error.code());
    }

    @Override
    public ApiMessage failure(
            DeleteGroupsRequest request, short version, ErrorCode error, String reason) {
        List<DeletableGroupResult> results = new ArrayList<>(request.groupsNames().size());
        request.groupsNames().forEach(name -> results.add(refused(name, error)));
        return new DeleteGroupsResponse().results(results);
    }
}
