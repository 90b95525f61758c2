package mortise.broker.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.Timers;
import mortise.metadata.controller.ControllerCommand;
import org.jspecify.annotations.Nullable;

/**
 * A command that may be carried out more than once and is submitted until a controller answers it,
 * less and less often, or a deadline has passed. Used once.
 *
 * @param <R> the reply's type
 */
final class RetriedCommand<R> {
    static final Duration LEAST_DELAY = Duration.ofMillis(5);
    static final Duration MOST_DELAY = Duration.ofSeconds(1);

    /** How long one attempt may take, so that a lost answer does not cost the whole time. */
    static final Duration ATTEMPT = Duration.ofSeconds(15);

    private final ControllerGateway gateway;
    private final ControllerCommand<R> command;
    private final Clock clock;
    private final Timers timers;
    private final long deadlineNanos;
    private final CompletableFuture<R> result = new CompletableFuture<>();

    /** A command that is not submitted yet. */
    RetriedCommand(
            ControllerGateway gateway,
            ControllerCommand<R> command,
            Duration timeout,
            Clock clock,
            Timers timers) {
        this.gateway = gateway;
        this.command = command;
        this.clock = clock;
        this.timers = timers;
        deadlineNanos = clock.nanoTime() + timeout.toNanos();
    }

    /** Submits it; the stage gives the reply, or the last refusal. */
    CompletionStage<R> submit() {
        attempt(LEAST_DELAY);
        return result;
    }

    private void attempt(Duration pause) {
        Duration left = left();
        gateway.submit(command, left.compareTo(ATTEMPT) < 0 ? left : ATTEMPT)
                .whenComplete((reply, failure) -> {
                    if (failure == null) {
                        result.complete(reply);
                    } else if (canPass(failure) && left().compareTo(pause) > 0) {
                        Duration twice = pause.multipliedBy(2);
                        timers.schedule(
                                pause,
                                () ->
                                        attempt(
                                                twice.compareTo(MOST_DELAY) < 0
                                                        ? twice
                                                        : MOST_DELAY));
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
    }

    private Duration left() {
        return Duration.ofNanos(deadlineNanos - clock.nanoTime());
    }

    /** Whether another controller, or the same one later, may answer. */
    private static boolean canPass(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RefusedException refused
                && (refused.error() == ErrorCode.NOT_CONTROLLER
                        || refused.error() == ErrorCode.REQUEST_TIMED_OUT);
    }
}
