package mortise.broker.mailbox;

import java.util.function.Function;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.WorkerSource;
import org.jspecify.annotations.Nullable;

/**
 * Decides which thread drains a mailbox, and drains it there: the caller's own, through its
 * trampoline, or one of the drain threads. What a mailbox does never depends on the choice.
 *
 * <p>Thread-safe.
 */
public final class Drains implements AutoCloseable {
    private final DrainBounds bounds;

    @SuppressWarnings("ThreadLocalUsage") // sized by its bounds, and there is one of these a broker
    private final ThreadLocal<@Nullable Trampoline> trampolines = new ThreadLocal<>();

    private final DrainWorkers workers;
    private final Counter handedOn;

    /**
     * Drains with their workers.
     *
     * @param workers given the drain that the workers are to call
     */
    public Drains(DrainBounds bounds, Metrics metrics, Function<Drains, DrainWorkers> workers) {
        this.bounds = bounds;
        this.handedOn =
                metrics.counter(
                        "drain_handed_on_total",
                        "Mailboxes that went from the thread that offered to a drain thread.");
        this.workers = workers.apply(this);
    }

    /** Drains with {@code count} workers called {@code drain-<n>}. */
    public static Drains on(
            WorkerSource execution, DrainBounds bounds, int count, Metrics metrics) {
        return new Drains(bounds, metrics, drains -> new DrainThreads(count, execution, drains));
    }

    /** Drains a mailbox whose counter the caller moved from 0 by offering data. */
    void drain(Mailbox<?, ?> mailbox) {
        Trampoline mine = trampolines.get();
        if (mine != null && mine.active()) {
            if (!mine.keep(mailbox)) {
                handOn(mailbox);
            }
        } else if (mailbox.site().workersOnly()) {
            handOn(mailbox);
        } else {
            if (mine == null) {
                mine = new Trampoline(bounds, false);
                trampolines.set(mine);
            }
            drainOutermost(mailbox, mine);
        }
    }

    /**
     * Drains a mailbox whose counter the caller moved from 0 by a signal or a control command, or
     * by resuming its owner: a caller that is not draining is no drain site (a flusher, a timer, a
     * virtual thread).
     */
    void drainElsewhere(Mailbox<?, ?> mailbox) {
        Trampoline mine = trampolines.get();
        if (mine == null || !mine.active() || !mine.keep(mailbox)) {
            handOn(mailbox);
        }
    }

    /** A trampoline for a worker. */
    public Trampoline workerTrampoline() {
        return new Trampoline(bounds, true);
    }

    /** Drains a mailbox that was handed on; called by a worker with its trampoline. */
    public void drainAsWorker(Mailbox<?, ?> mailbox, Trampoline mine) {
        Trampoline before = trampolines.get();
        trampolines.set(mine);
        try {
            drainOutermost(mailbox, mine);
        } finally {
            trampolines.set(before);
        }
    }

    private void drainOutermost(Mailbox<?, ?> mailbox, Trampoline mine) {
        mine.enter();
        try {
            drainAll(mailbox, mine);
        } finally {
            mine.leave();
        }
    }

    private void drainAll(Mailbox<?, ?> first, Trampoline mine) {
        Mailbox<?, ?> next = first;
        while (next != null) {
            if ((!mine.worker() && next.site().workersOnly()) || !next.drain(mine)) {
                handOn(next);
            }
            next = mine.next();
        }
    }

    private void handOn(Mailbox<?, ?> mailbox) {
        handedOn.increment();
        workers.submit(mailbox);
    }

    /** Ends the workers once nothing waits for them. */
    @Override
    public void close() {
        workers.close();
    }
}
