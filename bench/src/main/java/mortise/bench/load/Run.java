package mortise.bench.load;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.bench.workload.Workload;

/**
 * What all parts of a load share: whom it is sent to, when it is measured, and what came of it.
 *
 * @param topic the topic that everything is produced to and read from
 */
record Run(
        Workload workload,
        HostPort address,
        String topic,
        Window window,
        Notes notes,
        Clock clock) {
    private static final long CLOSE_TO_NANOS = 60_000;
    private static final long NAP_NANOS = 20_000_000;

    /** What is written down while it runs. */
    record Notes(
            Series produced,
            Series producedBeside,
            Series committed,
            Series consumed,
            Series caughtUp,
            Punctuality punctuality,
            Failures failures) {
        List<Series> series() {
            return List.of(produced, producedBeside, committed, consumed, caughtUp);
        }

        /** The same for what goes on beside: what it produces is noted apart. */
        Notes beside() {
            return new Notes(
                    producedBeside,
                    producedBeside,
                    committed,
                    consumed,
                    caughtUp,
                    punctuality,
                    failures);
        }

        static Notes of(Window window) {
            return new Notes(
                    new Series("produce", window),
                    new Series("produce-beside", window),
                    new Series("commit", window),
                    new Series("deliver", window),
                    new Series("catch-up", window),
                    new Punctuality(window),
                    new Failures());
        }
    }

    boolean isOver() {
        return window.isOver(clock.nanoTime());
    }

    /** Waits for a moment of the timeline, or for the window's end if that comes first. */
    void awaitWithin(long nanos) {
        while (!isOver() && nanos - clock.nanoTime() > NAP_NANOS) {
            LockSupport.parkNanos(NAP_NANOS);
        }
        if (!isOver()) {
            await(Math.min(nanos, window.untilNanos()));
        }
    }

    /**
     * Waits for a moment of the timeline; its last microseconds are not slept, which is inexact.
     */
    void await(long nanos) {
        long left = nanos - clock.nanoTime();
        while (left > 0) {
            if (left > CLOSE_TO_NANOS) {
                LockSupport.parkNanos(left - CLOSE_TO_NANOS);
            } else {
                Thread.onSpinWait();
            }
            left = nanos - clock.nanoTime();
        }
    }
}
