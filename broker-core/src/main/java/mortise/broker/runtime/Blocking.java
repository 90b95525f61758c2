package mortise.broker.runtime;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where work that may wait for a disk or another machine runs: virtual threads, as many at once as
 * a configured bound allows. Tasks are leaf I/O: they never wait for broker state, and they are
 * never interrupted. In simulation they run inline.
 */
public interface Blocking {
    /** Runs every task at once on the thread that asks. */
    Blocking INLINE =
            new Blocking() {
                @Override
                public <T> CompletionStage<T> run(String what, Callable<T> task) {
                    try {
                        return CompletableFuture.completedStage(task.call());
                    } catch (Exception failure) {
                        return CompletableFuture.failedStage(failure);
                    }
                }
            };

    /** Runs a task; its result or exception completes the stage on the task's own thread. */
    <T> CompletionStage<T> run(String what, Callable<T> task);
}
