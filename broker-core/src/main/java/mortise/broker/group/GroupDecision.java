package mortise.broker.group;

import mortise.coordinator.CommandContext;
import mortise.coordinator.Reply;
import mortise.coordinator.group.GroupCoordinator;

/**
 * What a request asks of a coordinator.
 *
 * @param <R> the answer
 */
@FunctionalInterface
public interface GroupDecision<R> {
    /** Decides it: the answer goes through the context. */
    void decide(GroupCoordinator groups, Reply<R> reply, CommandContext context);
}
