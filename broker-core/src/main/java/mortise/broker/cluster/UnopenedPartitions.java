package mortise.broker.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import mortise.api.Timers;
import mortise.spi.storage.LogId;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of this broker whose logs could not be opened. Those whose cause can pass, as a
 * full disk does, are opened again by themselves: one at a time, and after a failure not before a
 * delay, so that thousands of them cost one attempt every {@link #MOST_DELAY}. Thread-safe.
 */
final class UnopenedPartitions {
    static final Duration LEAST_DELAY = Duration.ofSeconds(1);
    static final Duration MOST_DELAY = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(UnopenedPartitions.class);

    private final Timers timers;
    private final Function<LogId, CompletableFuture<Void>> reopen;
    private final Map<LogId, String> causes = new ConcurrentHashMap<>();

    // guarded by this
    private final Deque<LogId> waiting = new ArrayDeque<>();
    private Duration delay = LEAST_DELAY;
    private boolean busy;
    private int healed;

    /**
     * Nothing is offline yet.
     *
     * @param reopen opens a log again, in the order of what else happens to its partition, unless
     *     it is gone meanwhile; reports what becomes of it here before it completes
     */
    UnopenedPartitions(Timers timers, Function<LogId, CompletableFuture<Void>> reopen) {
        this.timers = timers;
        this.reopen = reopen;
    }

    /** Whether a cause can pass, so that the same call may go well later. */
    static boolean canPass(Throwable cause) {
        return cause instanceof StorageException refused
                && refused.reach() == StorageException.Reach.CALL
                && !(refused instanceof UnreadableDataException);
    }

    boolean holds(LogId log) {
        return !causes.isEmpty() && causes.containsKey(log);
    }

    int size() {
        return causes.size();
    }

    /** Notes that a log could not be opened. */
    void failed(LogId log, Throwable cause) {
        String why = String.valueOf(cause.getMessage());
        causes.put(log, why);
        if (!canPass(cause)) {
            return;
        }
        boolean first;
        Duration next;
        synchronized (this) {
            waiting.add(log);
            first = !busy;
            busy = true;
            next = delay;
        }
        if (first) {
            LOG.warn(
                    "{} is offline until its log can be opened, as may be others: {}; trying again every {} s",
                    log,
                    why,
                    MOST_DELAY.toSeconds());
            timers.schedule(next, this::tryNext);
        }
    }

    /** Notes that a log has been opened, or is wanted no more. */
    void remove(LogId log) {
        if (causes.remove(log) != null) {
            synchronized (this) {
                waiting.remove(log);
            }
        }
    }

    private void tryNext() {
        LogId next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                rest();
                return;
            }
        }
        var _ = reopen.apply(next).whenComplete((opened, failure) -> ended(failure == null));
    }

    private void ended(boolean well) {
        Duration pause;
        synchronized (this) {
            healed += well ? 1 : 0;
            delay = well ? LEAST_DELAY : longer(delay);
            // a timer even if all is well, so that no chain of completions grows deep
            pause = well ? Duration.ZERO : delay;
            if (waiting.isEmpty()) {
                rest();
                return;
            }
        }
        timers.schedule(pause, this::tryNext);
    }

    private void rest() {
        if (healed > 0) {
            LOG.info("{} partitions that were offline are open", healed);
        }
        healed = 0;
        delay = LEAST_DELAY;
        busy = false;
    }

    private static Duration longer(Duration before) {
        Duration twice = before.multipliedBy(2);
        return twice.compareTo(MOST_DELAY) > 0 ? MOST_DELAY : twice;
    }
}
