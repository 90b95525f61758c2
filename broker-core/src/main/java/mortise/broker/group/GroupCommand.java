package mortise.broker.group;

import mortise.api.ErrorCode;
import mortise.broker.coordinator.CoordinatorCommand;
import mortise.coordinator.CommandContext;
import mortise.coordinator.Reply;
import mortise.coordinator.group.GroupCoordinator;

/** A request on its way to the coordinator of a group. */
record GroupCommand<R>(int sizeInBytes, GroupDecision<R> decision, Reply<R> reply)
        implements CoordinatorCommand<GroupCoordinator> {
    @Override
    public void decide(GroupCoordinator groups, CommandContext context) {
        decision.decide(groups, reply, context);
    }

    @Override
    public void refuse(ErrorCode error) {
        reply.refuse(error);
    }
}
