package mortise.simulation.world;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import mortise.api.Timers;
import mortise.tck.sim.SimDisk;
import mortise.tck.sim.SimTimers;

/**
 * One process of the broker: its disk, its timers, and its share of the one thread. When it is
 * killed, or its power is cut, nothing that it had scheduled happens any more.
 */
public final class Machine implements Timers {
    private static final long SHORTEST_HOP = Delays.micros(2);
    private static final long LONGEST_HOP = Delays.micros(400);
    private static final long SHORTEST_TASK = Delays.micros(20);
    private static final long LONGEST_TASK = Delays.millis(20);
    private static final long LATEST_TIMER = Delays.millis(2);

    private final Schedule schedule;
    private final SimTimers timers;
    private final SimDisk disk;
    private final RandomGenerator random;
    private final int life;
    private boolean dead;

    /**
     * A process that has just been started.
     *
     * @param life how many there were before it
     */
    public Machine(Schedule schedule, SimDisk disk, int life) {
        this.schedule = schedule;
        this.timers = new SimTimers(schedule.clock());
        this.disk = disk;
        this.random = schedule.stream();
        this.life = life;
    }

    /** Its disk. */
    public SimDisk disk() {
        return disk;
    }

    /** Which life of the broker it is, counted from 0. */
    public int life() {
        return life;
    }

    /** Its randomness. */
    public RandomGenerator random() {
        return random;
    }

    /** Whether it does nothing any more: it was killed, or its power is gone. */
    public boolean dead() {
        return dead || disk.lostPower();
    }

    /** Ends it: nothing that it scheduled happens. */
    public void die() {
        dead = true;
        timers.stop();
    }

    /** How many of its actions wait. */
    public int pending() {
        return timers.pending();
    }

    /** Runs an action at once as far as the process is concerned: after a hop between threads. */
    public void soon(String what, Runnable action) {
        after(hop(), what, action);
    }

    /** Runs an action later. */
    public Timers.Scheduled after(long delayNanos, String what, Runnable action) {
        return schedule.in(timers, delayNanos, what, () -> contained(action));
    }

    /** Timers of the process: never early, a little late. */
    @Override
    public Scheduled schedule(Duration delay, Runnable action) {
        return after(delay.toNanos() + random.nextLong(LATEST_TIMER), "timer", action);
    }

    /** After its power went, code that was under way may throw anything. */
    private void contained(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error failure) {
            if (!dead()) {
                throw failure;
            }
        }
    }

    private long hop() {
        return Delays.between(random, SHORTEST_HOP, LONGEST_HOP);
    }

    /** An executor that runs one action after the other, each some moment after it was given. */
    public Executor serial(String what) {
        Serial serial = new Serial(what, 1);
        return action ->
                serial.add(() -> {
                    action.run();
                    return 0L;
                });
    }

    /** A bounded lane of tasks that may block; their results come at moments out of the seed. */
    public Lane lane(String what, int bound) {
        return new Lane(new Serial(what, bound));
    }

    /** Tasks that take time, at most so many of them at once. */
    public final class Lane {
        private final Serial queue;

        private Lane(Serial queue) {
            this.queue = queue;
        }

        /** Runs a task; its result or exception completes the stage later. */
        public <T> CompletionStage<T> run(Callable<T> task) {
            CompletableFuture<T> result = new CompletableFuture<>();
            queue.addTask(task, result);
            return result;
        }

        /** How many tasks run or wait. */
        public int pending() {
            return queue.pending();
        }
    }

    /** What waits for one of a few places. */
    private final class Serial {
        private final String what;
        private final int places;
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private int taken;

        Serial(String what, int places) {
            this.what = what;
            this.places = places;
        }

        int pending() {
            return waiting.size() + taken;
        }

        void add(Callable<Long> action) {
            waiting.add(() -> {
                try {
                    action.call();
                } catch (RuntimeException | Error failure) {
                    throw failure;
                } catch (Exception impossible) {
                    throw new IllegalStateException(impossible);
                } finally {
                    free();
                }
            });
            next();
        }

        <T> void addTask(Callable<T> task, CompletableFuture<T> result) {
            waiting.add(() -> {
                Runnable completion = outcome(task, result);
                after(
                        Delays.between(random, SHORTEST_TASK, LONGEST_TASK),
                        what + " done",
                        () -> {
                            free();
                            completion.run();
                        });
            });
            next();
        }

        private <T> Runnable outcome(Callable<T> task, CompletableFuture<T> result) {
            try {
                T value = task.call();
                return () -> result.complete(value);
            } catch (Exception | Error failure) {
                return () -> result.completeExceptionally(failure);
            }
        }

        private void free() {
            taken--;
            next();
        }

        private void next() {
            while (taken < places && !waiting.isEmpty()) {
                taken++;
                Runnable first = waiting.remove();
                soon(what, first);
            }
        }
    }
}
