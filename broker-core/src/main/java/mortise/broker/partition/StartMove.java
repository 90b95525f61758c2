package mortise.broker.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import mortise.broker.runtime.Blocking;
import org.jspecify.annotations.Nullable;

/**
 * The start of a log on its way, beside the partition's mailbox: it takes as long as the disk does,
 * and batches go on meanwhile. What else could change the log, or end it, is put off until then.
 * Confined to the mailbox.
 */
final class StartMove {
    private final List<ControlCommand> deferred = new ArrayList<>();
    private boolean underWay;

    /** Whether a command has to wait, and is put off. */
    boolean defers(ControlCommand command) {
        if (!underWay || command instanceof ControlCommand.StartMoved) {
            return false;
        }
        deferred.add(command);
        return true;
    }

    /**
     * Begins one.
     *
     * @param move moves the start; runs elsewhere
     * @param then hears, on any thread, how that went
     */
    void begin(Blocking blocking, String what, Runnable move, Consumer<@Nullable Throwable> then) {
        underWay = true;
        CompletionStage<?> moved;
        try {
            moved =
                    blocking.run(
                            what,
                            () -> {
                                move.run();
                                return null;
                            });
        } catch (RuntimeException | Error refused) {
            // else what is put off would wait for ever
            moved = CompletableFuture.failedStage(refused);
        }
        moved.whenComplete((nothing, failed) -> then.accept(failed));
    }

    /** It is over; gives what was put off, in order. */
    List<ControlCommand> end() {
        underWay = false;
        List<ControlCommand> all = List.copyOf(deferred);
        deferred.clear();
        return all;
    }
}
