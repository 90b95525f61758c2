package mortise.broker.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;

/**
 * Everything by which a broker runs: time, chance, and whoever does its work. Nothing in a broker
 * starts a thread, waits or reads a clock but through this, its network excepted; so an execution
 * with one queue and a simulated clock runs the whole of it in one thread.
 *
 * <p>Thread-safe. Whatever is handed out outlives {@link #close}, except for the timers.
 */
public interface Execution extends WorkerSource, AutoCloseable {
    /** The clocks. */
    Clock clock();

    /** Actions to be run later. */
    Timers timers();

    /** The source of randomness, which chooses identities. */
    RandomGenerator random();

    /**
     * An executor of its own for one owner: it runs tasks in the order in which they were handed
     * in, never two at once, each seeing what the one before it wrote. A task that throws is named
     * and counted, and the next one runs. Tasks may wait for a disk.
     *
     * <p>Nothing bounds the queue: who hands tasks in does.
     *
     * @param role what its tasks do, for names of threads and messages: {@code controller}
     */
    Executor serial(String role);

    /**
     * A lane for work that may wait for a disk or another machine.
     *
     * @param role what its tasks do, for names of threads and messages: {@code cold-read}
     * @param bound how many of its tasks run at once; from 1
     */
    Blocking lane(String role, int bound);

    /** Where calls are made that may never return. */
    UntrustedCalls untrustedCalls();

    /**
     * Platform threads for plugins whose libraries insist on them, called {@code <role>-<n>}.
     *
     * @throws UnsupportedOperationException if this execution has no threads to give
     */
    ThreadFactory threads(String role);

    @Override
    <T> Workers<T> workers(String role, int count, Supplier<Consumer<T>> servers);

    /** Forgets every timer that has not fired, and takes no more. */
    @Override
    void close();
}
