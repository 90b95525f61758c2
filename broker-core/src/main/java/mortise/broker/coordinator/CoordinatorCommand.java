package mortise.broker.coordinator;

import mortise.api.ErrorCode;
import mortise.broker.mailbox.DataCommand;
import mortise.coordinator.CommandContext;

/**
 * A request on its way to a coordinator. Exactly one of its methods is called, once, in the
 * coordinator's drain or on the thread that submits it; neither may block.
 *
 * @param <S> the coordinator's state
 */
public interface CoordinatorCommand<S> extends DataCommand {
    /** Decides it. What it lends of a request's frame is used in this call only. */
    void decide(S state, CommandContext context);

    /** There is no state that could decide it. */
    void refuse(ErrorCode error);
}
