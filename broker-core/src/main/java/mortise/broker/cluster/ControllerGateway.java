package mortise.broker.cluster;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import mortise.metadata.controller.ControllerCommand;

/**
 * The one way to the controller, wherever it is. Whoever wants the cluster changed submits a
 * command here and knows nothing else of the controller. Thread-safe; never blocks.
 */
public interface ControllerGateway {
    /**
     * Asks for a change. The stage completes on any thread.
     *
     * @param timeout how long the answer may take; the change itself may still come after it
     * @param <R> the reply's type
     * @return the reply, when the change is committed and the partitions of the broker that decided
     *     follow it; or a {@link mortise.api.RefusedException} with NOT_CONTROLLER if no controller
     *     was reached, REQUEST_TIMED_OUT if it took too long, or the reason why the whole command
     *     is refused
     */
    <R> CompletionStage<R> submit(ControllerCommand<R> command, Duration timeout);
}
