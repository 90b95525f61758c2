package mortise.tck.sim;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import mortise.api.Clock;

/**
 * A clock that stands still until a test moves it. Timers made with {@link SimTimers} fire while it
 * moves, each at its own time, in order of time and then of scheduling. Thread-safe.
 */
public final class SimClock implements Clock {
    /** Where the wall clock stands at first: 2026-01-01T00:00:00Z. */
    public static final long START_MILLIS = 1_767_225_600_000L;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final PriorityQueue<SimTimer> queue =
            new PriorityQueue<>(
                    Comparator.comparingLong(SimTimer::dueNanos)
                            .thenComparingLong(SimTimer::sequence));
    private long nanos;
    private long wallMillisAtZero = START_MILLIS;
    private long nextSequence;
    private boolean moving;

    /** A clock at {@link #START_MILLIS}. */
    public SimClock() {}

    @Override
    public synchronized long wallMillis() {
        return wallMillisAtZero + nanos / NANOS_PER_MILLI;
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    /** Sets the wall clock, backwards too; the monotonic clock and the timers do not notice. */
    public synchronized void setWall(long millis) {
        wallMillisAtZero = millis - nanos / NANOS_PER_MILLI;
    }

    /**
     * Moves both clocks on, running what falls due on the way, on this thread.
     *
     * @throws IllegalStateException if called from an action that the clock runs
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException(
                    "the clock cannot advance by "
                            + by
                            + "; setWall moves the wall clock backwards");
        }
        long target;
        synchronized (this) {
            if (moving) {
                throw new IllegalStateException(
                        "the clock is already moving; an action must not advance it");
            }
            moving = true;
            target = nanos + by.toNanos();
        }
        try {
            for (SimTimer due = takeDue(target); due != null; due = takeDue(target)) {
                due.run();
            }
        } finally {
            synchronized (this) {
                moving = false;
            }
        }
    }

    /**
     * Lets time go by within an action, as a disk does that takes long: both clocks move, and what
     * falls due meanwhile runs after the action, late.
     */
    public synchronized void pass(Duration by) {
        nanos += Math.max(0, by.toNanos());
    }

    /**
     * Moves on to the next timer and runs it, with the others of the same moment.
     *
     * @return whether there was one
     */
    public boolean advanceToNext() {
        Optional<Duration> next = untilNext();
        next.ifPresent(this::advance);
        return next.isPresent();
    }

    /** How long until the next timer is due; nothing if there is none. */
    public synchronized Optional<Duration> untilNext() {
        SimTimer next = queue.peek();
        return next == null
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.max(0, next.dueNanos() - nanos)));
    }

    private synchronized @org.jspecify.annotations.Nullable SimTimer takeDue(long target) {
        SimTimer next = queue.peek();
        if (next == null || next.dueNanos() > target) {
            nanos = Math.max(nanos, target);
            return null;
        }
        nanos = Math.max(nanos, next.dueNanos());
        return queue.poll();
    }

    synchronized SimTimer enqueue(SimTimers owner, Duration delay, Runnable action) {
        SimTimer timer =
                new SimTimer(
                        this, owner, nanos + Math.max(0, delay.toNanos()), nextSequence++, action);
        queue.add(timer);
        return timer;
    }

    synchronized boolean remove(SimTimer timer) {
        return queue.remove(timer);
    }

    synchronized void removeAll(SimTimers owner) {
        queue.removeIf(timer -> timer.owner() == owner);
    }

    synchronized int pending(SimTimers owner) {
        return (int) queue.stream().filter(timer -> timer.owner() == owner).count();
    }
}
