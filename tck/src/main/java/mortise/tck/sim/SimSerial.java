package mortise.tck.sim;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs tasks in order, never two at once, wherever {@code runner} runs it. A task that one of its
 * own tasks hands in comes after it. Thread-safe.
 *
 * @param runner runs what works off the queue, whenever that is no longer empty
 * @param failures hears what tasks throw
 */
record SimSerial(
        Queue<Runnable> tasks,
        AtomicInteger pending,
        Consumer<Runnable> runner,
        Consumer<Throwable> failures)
        implements Executor {
    SimSerial(Consumer<Runnable> runner, Consumer<Throwable> failures) {
        this(new ConcurrentLinkedQueue<>(), new AtomicInteger(), runner, failures);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (pending.getAndIncrement() == 0) {
            runner.accept(this::run);
        }
    }

    private void run() {
        do {
            try {
                tasks.remove().run();
            } catch (RuntimeException | Error failure) {
                failures.accept(failure);
            }
        } while (pending.decrementAndGet() > 0);
    }
}
