package mortise.broker.coordinator;

import mortise.coordinator.CommandContext;

/**
 * A change of a coordinator's state for which nobody waits.
 *
 * @param <S> the state
 */
@FunctionalInterface
public interface CoordinatorAction<S> {
    /** Decides it, in the coordinator's drain. */
    void on(S state, CommandContext context);
}
