package mortise.broker.group.api;

import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.broker.group.GroupHost;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.coordinator.Reply;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.DescribeGroupsRequest;
import mortise.wire.message.DescribeGroupsResponse;
import mortise.wire.message.DescribeGroupsResponse.DescribedGroup;

/** DescribeGroups: the members of groups under the classic protocol. */
final class DescribeGroupsHandler implements ApiHandler<DescribeGroupsRequest> {
    private static final String NO_STATE = "";

    private final GroupHost host;
    private final Access access;

    DescribeGroupsHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_GROUPS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.GROUP, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, DescribeGroupsRequest request) {
        List<String> names = request.groups().stream().distinct().toList();
        List<DescribedGroup> initial = new ArrayList<>(names.size());
        names.forEach(name -> initial.add(refused(name, ErrorCode.GROUP_AUTHORIZATION_FAILED)));
        context.largeAnswer();
        Collected<DescribedGroup> answers =
                new Collected<>(
                        initial, all -> context.respond(new DescribeGroupsResponse().groups(all)));
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (!access.allows(context, Operation.DESCRIBE, ResourceType.GROUP, name)) {
                answers.keep();
                continue;
            }
            int operations =
                    request.includeAuthorizedOperations()
                            ? access.authorizedOperations(context, ResourceType.GROUP, name)
                            : Access.OPERATIONS_NOT_REQUESTED;
            host.<DescribedGroup>ask(
                    name,
                    name.length(),
                    (groups, reply, decided) ->
                            groups.describe(
                                    context.apiVersion(),
                                    name,
                                    answerWith(reply, operations),
                                    decided),
                    answers.reply(i, error -> refused(name, error)),
                    () -> {});
        }
        context.orderingPointPassed();
        answers.allAsked();
    }

    private static Reply<DescribedGroup> answerWith(Reply<DescribedGroup> reply, int operations) {
        return new Reply<>() {
            @Override
            public void answer(DescribedGroup group) {
                reply.answer(
                        group.errorCode() == ErrorCode.NONE.code()
                                ? group.authorizedOperations(operations)
                                : group);
            }

            @Override
            public void refuse(ErrorCode error) {
                reply.refuse(error);
            }
        };
    }

    private static DescribedGroup refused(String name, ErrorCode error) {
        return new DescribedGroup()
                .groupId(name)
                .groupState(NO_STATE)
                .authorizedOperations(Access.OPERATIONS_NOT_REQUESTED)
                .errorCode(error.code());
    }

    @Override
    public ApiMessage failure(
            DescribeGroupsRequest request, short version, ErrorCode error, String reason) {
        List<DescribedGroup> groups = new ArrayList<>(request.groups().size());
        request.groups().forEach(name -> groups.add(refused(name, error).errorMessage(reason)));
        return new DescribeGroupsResponse().groups(groups);
    }
}
