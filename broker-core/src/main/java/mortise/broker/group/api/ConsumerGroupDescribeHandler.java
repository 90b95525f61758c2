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
import mortise.wire.message.ConsumerGroupDescribeRequest;
import mortise.wire.message.ConsumerGroupDescribeResponse;
import mortise.wire.message.ConsumerGroupDescribeResponse.DescribedGroup;

/**
 * ConsumerGroupDescribe: members, assignments and epochs of groups that the broker balances. A
 * group with a topic that the client may not describe is refused as a whole.
 */
final class ConsumerGroupDescribeHandler implements ApiHandler<ConsumerGroupDescribeRequest> {
    private final GroupHost host;
    private final Access access;

    ConsumerGroupDescribeHandler(GroupHost host, Access access) {
        this.host = host;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.CONSUMER_GROUP_DESCRIBE;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.GROUP, Requirement.Per.RESOURCE),
                new Requirement(Operation.DESCRIBE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, ConsumerGroupDescribeRequest request) {
        List<String> names = request.groupIds().stream().distinct().toList();
        List<DescribedGroup> initial = new ArrayList<>(names.size());
        names.forEach(name -> initial.add(refused(name, ErrorCode.GROUP_AUTHORIZATION_FAILED)));
        context.largeAnswer();
        Collected<DescribedGroup> answers =
                new Collected<>(
                        initial,
                        all ->
                                context.respond(
                                        new ConsumerGroupDescribeResponse()
                                                .groups(finished(context, request, all))));
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (access.allows(context, Operation.DESCRIBE, ResourceType.GROUP, name)) {
                host.<DescribedGroup>ask(
                        name,
                        name.length(),
                        (groups, reply, decided) -> groups.describeConsumers(name, reply, decided),
                        answers.reply(i, error -> refused(name, error)),
                        () -> {});
            } else {
                answers.keep();
            }
        }
        context.orderingPointPassed();
        answers.allAsked();
    }

    private List<DescribedGroup> finished(
            RequestContext context,
            ConsumerGroupDescribeRequest request,
            List<DescribedGroup> groups) {
        List<DescribedGroup> finished = new ArrayList<>(groups.size());
        for (DescribedGroup group : groups) {
            if (!mayBeSeen(context, group)) {
                finished.add(
                        refused(group.groupId(), ErrorCode.TOPIC_AUTHORIZATION_FAILED)
                                .errorMessage(
                                        "The group has described topic(s) that the client is not"
                                                + " authorized to describe."));
                continue;
            }
            if (request.includeAuthorizedOperations()
                    && group.errorCode() == ErrorCode.NONE.code()) {
                group.authorizedOperations(
                        access.authorizedOperations(context, ResourceType.GROUP, group.groupId()));
            }
            finished.add(group);
        }
        return finished;
    }

    private boolean mayBeSeen(RequestContext context, DescribedGroup group) {
        return group.members().stream()
                .flatMap(member -> member.subscribedTopicNames().stream())
                .distinct()
                .allMatch(topic -> access.allowsOnTopic(context, Operation.DESCRIBE, topic));
    }

    private static DescribedGroup refused(String name, ErrorCode error) {
        return new DescribedGroup().groupId(name).errorCode(error.code());
    }

    @Override
    public ApiMessage failure(
            ConsumerGroupDescribeRequest request, short version, ErrorCode error, String reason) {
        List<DescribedGroup> groups = new ArrayList<>(request.groupIds().size());
        request.groupIds().forEach(name -> groups.add(refused(name, error).errorMessage(reason)));
        return new ConsumerGroupDescribeResponse().groups(groups);
    }
}
