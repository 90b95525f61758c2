package mortise.broker.partition;

import org.jspecify.annotations.Nullable;

/**
 * The run of each thread that drains partitions: a thread serves one mailbox at a time, so the
 * partitions that it drains share one. Thread-safe.
 */
final class AppendRuns {
    private final int mostBatches;

    @SuppressWarnings(
            "ThreadLocalUsage") // sized by the settings, and there is one of these a broker
    private final ThreadLocal<@Nullable AppendRun> runs = new ThreadLocal<>();

    /** Runs of at most so many batches. */
    AppendRuns(int mostBatches) {
        this.mostBatches = mostBatches;
    }

    /** The calling thread's run, empty. */
    AppendRun borrow() {
        AppendRun mine = runs.get();
        if (mine == null) {
            mine = new AppendRun(mostBatches);
            runs.set(mine);
        }
        return mine;
    }

    /** The calling thread's run stays with whoever has it; the thread gets another. */
    void giveAway() {
        runs.remove();
    }
}
