package mortise.broker.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mortise.tck.sim.SimClock;
import mortise.tck.sim.SimTimers;
import org.jspecify.annotations.Nullable;

/**
 * An execution whose every task waits in one queue until a test runs it, in the test's thread, and
 * whose time stands still meanwhile. It gives no threads, and refuses to be used from another one.
 */
public final class OneThread implements Execution {
    private final Thread thread = Thread.currentThread();
    private final SimClock clock = new SimClock();
    private final SimTimers timers = new SimTimers(clock);
    private final RandomGenerator random;
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    public OneThread(long seed) {
        random = new java.util.SplittableRandom(seed);
    }

    /** Puts a task at the end of the queue. */
    public void submit(Runnable task) {
        if (Thread.currentThread() != thread) {
            throw new AssertionError("a task from " + Thread.currentThread());
        }
        tasks.add(task);
    }

    /** Runs what is in the queue, and what that puts there, until it is empty. */
    public void settle() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Runs tasks, and lets time pass when there are none, until something holds. */
    public void runUntil(BooleanSupplier condition) {
        settle();
        while (!condition.getAsBoolean()) {
            if (!clock.advanceToNext()) {
                throw new AssertionError("nothing is left to do, and what was waited for is not");
            }
            settle();
        }
    }

    /** Runs until a stage completes, and gives its result. */
    public <T> T await(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        runUntil(future::isDone);
        return future.join();
    }

    @Override
    public SimClock clock() {
        return clock;
    }

    @Override
    public SimTimers timers() {
        return timers;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Executor serial(String role) {
        return this::submit;
    }

    @Override
    public Blocking lane(String role, int bound) {
        return new Blocking() {
            @Override
            public <T> CompletionStage<T> run(String what, Callable<T> task) {
                CompletableFuture<T> result = new CompletableFuture<>();
                submit(() -> {
                    try {
                        result.complete(task.call());
                    } catch (Exception | Error failure) {
                        result.completeExceptionally(failure);
                    }
                });
                return result;
            }
        };
    }

    @Override
    public <T> Workers<T> workers(String role, int count, Supplier<Consumer<T>> servers) {
        Consumer<T> server = servers.get();
        Queue<T> items = new ArrayDeque<>();
        return new Workers<>() {
            @Override
            public void submit(T item) {
                items.add(item);
                OneThread.this.submit(this::serveOne);
            }

            private void serveOne() {
                T item = items.poll();
                if (item != null) {
                    server.accept(item);
                }
            }

            @Override
            public int waiting() {
                return items.size();
            }

            @Override
            public void close() {
                while (!items.isEmpty()) {
                    serveOne();
                }
            }
        };
    }

    @Override
    public UntrustedCalls untrustedCalls() {
        return (String name, @Nullable ClassLoader loader, Runnable call) -> {
            call.run();
            return ENDED;
        };
    }

    private static final UntrustedCalls.Begun ENDED =
            new UntrustedCalls.Begun() {
                @Override
                public Duration elapsed() {
                    return Duration.ZERO;
                }

                @Override
                public boolean endsWithin(Duration patience) {
                    return true;
                }

                @Override
                public List<StackTraceElement> stack() {
                    return List.of();
                }
            };

    @Override
    public ThreadFactory threads(String role) {
        throw new UnsupportedOperationException("a thread for " + role + " in one thread");
    }

    @Override
    public void close() {
        timers.stop();
    }
}
