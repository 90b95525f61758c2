package mortise.broker.partition;

import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.broker.runtime.Blocking;

/** Work that may block: done at once, or, once a test says so, when the test runs it. */
final class HeldBlocking implements Blocking {
    final ArrayDeque<String> names = new ArrayDeque<>();
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();
    private final Blocking inline = new PartitionRig.InlineBlocking();
    private boolean hold;
    private boolean refuses;

    /** Holds what comes from now on. */
    void hold() {
        hold = true;
    }

    /** Whether it takes no work from now on. */
    void refuse(boolean refused) {
        refuses = refused;
    }

    /** Runs what is held, and no longer holds anything. */
    void release() {
        hold = false;
        while (!held.isEmpty()) {
            runOne();
        }
    }

    /** Runs the oldest that is held. */
    void runOne() {
        names.remove();
        held.remove().run();
    }

    @Override
    public <T> CompletionStage<T> run(String what, Callable<T> task) {
        if (refuses) {
            throw new IllegalStateException("no work is taken");
        }
        if (!hold) {
            return inline.run(what, task);
        }
        CompletableFuture<T> done = new CompletableFuture<>();
        names.add(what);
        held.add(() -> {
            try {
                done.complete(task.call());
            } catch (Exception failure) {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }
}
