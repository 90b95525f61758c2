package mortise.simulation.world;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import mortise.api.Timers;
import mortise.tck.sim.SimClock;
import mortise.tck.sim.SimTimers;
import org.jspecify.annotations.Nullable;

/**
 * The one event queue of a run: everything that ever happens is an action in it, run on the one
 * thread in the order of virtual time and, within a moment, of scheduling. Every event is a line of
 * the trace.
 *
 * <p>Randomness comes in streams, one for each user, all of them out of the seed, so that a user
 * who draws more does not move the others.
 */
public final class Schedule {
    private final SimClock clock = new SimClock();
    private final SimTimers world = new SimTimers(clock);
    private final SplittableRandom root;
    private final Trace trace;
    private @Nullable Runnable afterEach;
    private long events;

    /**
     * An empty queue.
     *
     * @param seed all randomness of the run comes from it
     * @param sink takes the lines of the trace; null if nobody wants them
     */
    public Schedule(long seed, java.util.function.@Nullable Consumer<String> sink) {
        root = new SplittableRandom(seed);
        trace = new Trace(clock::nanoTime, sink);
    }

    /** The clock that events move. */
    public SimClock clock() {
        return clock;
    }

    /** What happened so far. */
    public Trace trace() {
        return trace;
    }

    /** Another stream of randomness out of the seed; which one depends on how many were made. */
    public RandomGenerator stream() {
        return root.split();
    }

    /** The virtual time since the run began. */
    public long nanos() {
        return clock.nanoTime();
    }

    /** How many events there were. */
    public long events() {
        return events;
    }

    /** Has an action run after each event, before the next. */
    public void afterEach(Runnable action) {
        afterEach = action;
    }

    /** Runs an action later, whatever becomes of the broker. */
    public Timers.Scheduled in(long delayNanos, String what, Runnable action) {
        return in(world, delayNanos, what, action);
    }

    /** Runs an action later, unless the owner has been stopped by then. */
    Timers.Scheduled in(SimTimers owner, long delayNanos, String what, Runnable action) {
        return owner.schedule(Duration.ofNanos(delayNanos), () -> run(what, action));
    }

    private void run(String what, Runnable action) {
        events++;
        trace.add(what);
        action.run();
        Runnable after = afterEach;
        if (after != null) {
            after.run();
        }
    }

    /** Runs what is due until a moment of virtual time. */
    public void runUntil(long nanos) {
        long left = nanos - clock.nanoTime();
        if (left > 0) {
            clock.advance(Duration.ofNanos(left));
        }
    }
}
