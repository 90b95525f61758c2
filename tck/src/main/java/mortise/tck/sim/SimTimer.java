package mortise.tck.sim;

import mortise.api.Timers;

/** An action that waits for its time on a {@link SimClock}. Immutable. */
record SimTimer(SimClock clock, SimTimers owner, long dueNanos, long sequence, Runnable action)
        implements Timers.Scheduled {
    void run() {
        action.run();
    }

    @Override
    public boolean cancel() {
        return clock.remove(this);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence);
    }
}
