package mortise.broker.group.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
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
import mortise.wire.message.ListGroupsRequest;
import mortise.wire.message.ListGroupsResponse;
import mortise.wire.message.ListGroupsResponse.ListedGroup;

/**
 * ListGroups: the groups whose coordinator is here. Whoever may not describe the cluster sees the
 * groups that it may describe.
 */
final class ListGroupsHandler implements ApiHandler<ListGroupsRequest> {
    private final GroupHost host;
    private final Access access;

    ListGroupsHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.LIST_GROUPS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.CLUSTER, Requirement.Per.REQUEST),
                new Requirement(Operation.DESCRIBE, ResourceType.GROUP, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, ListGroupsRequest request) {
        List<Integer> partitions = host.coordinated();
        List<List<ListedGroup>> initial = new ArrayList<>(partitions.size());
        partitions.forEach(partition -> initial.add(List.of()));
        AtomicReference<ErrorCode> problem = new AtomicReference<>(ErrorCode.NONE);
        context.largeAnswer();
        Collected<List<ListedGroup>> answers =
                new Collected<>(
                        initial, all -> context.respond(response(context, all, problem.get())));
        for (int i = 0; i < partitions.size(); i++) {
            host.<List<ListedGroup>>askPartition(
                    partitions.get(i),
                    (groups, reply, decided) -> groups.list(request, reply, decided),
                    answers.reply(
                            i,
                            error -> {
                                if (error != ErrorCode.NOT_COORDINATOR) {
                                    problem.set(error); // else they are another broker's
                                }
                                return List.of();
                            }));
        }
        context.orderingPointPassed();
        answers.allAsked();
    }

    private ListGroupsResponse response(
            RequestContext context, List<List<ListedGroup>> all, ErrorCode problem) {
        boolean sees = access.allowsOnCluster(context, Operation.DESCRIBE);
        List<ListedGroup> groups = new ArrayList<>();
        for (List<ListedGroup> some : all) {
            for (ListedGroup group : some) {
                if (sees
                        || access.allows(
                                context, Operation.DESCRIBE, ResourceType.GROUP, group.groupId())) {
                    groups.add(group);
                }
            }
        }
        return new ListGroupsResponse().groups(groups).errorCode(problem.code());
    }

    @Override
    public ApiMessage failure(
            ListGroupsRequest request, short version, ErrorCode error, String reason) {
        return new ListGroupsResponse().errorCode(error.code());
    }
}
