package mortise.broker.partition;

import mortise.api.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * The run of each thread that drains partitions: a thread serves one mailbox at a time, so the
 * partitions that it drains share one. Thread-safe.
 */
final class AppendRuns {
    private final int mostBatches;
    private final int mostBytes;

    @SuppressWarnings(
            "ThreadLocalUsage") // sized by the settings, and there is one of these a broker
    private final ThreadLocal<@Nullable AppendRun> runs = new ThreadLocal<>();

    /** Empty runs, as large as the configuration allows. */
    AppendRuns(Config config) {
        this.mostBatches = config.get(PartitionSettings.APPEND_SET_BATCHES);
        this.mostBytes = Math.toIntExact(config.get(PartitionSettings.APPEND_SET_BYTES).bytes());
    }

    /** How many bytes share one write; a larger batch is written alone. */
    int mostBytes() {
        return mostBytes;
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

    /** A run stays with whoever has it; if it is the calling thread's, that gets another. */
    @SuppressWarnings("ReferenceEquality") // this run
    void giveAway(AppendRun run) {
        if (runs.get() == run) {
            runs.remove();
        }
    }
}
