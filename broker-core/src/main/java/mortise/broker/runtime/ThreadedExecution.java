package mortise.broker.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker on threads: one for timers, one for each worker, and virtual threads for serial
 * executors, lanes and calls that may never return.
 */
public final class ThreadedExecution implements Execution {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadedExecution.class);

    private final Clock clock;
    private final RandomGenerator random;
    private final SystemTimers timers;
    private final Failures unexpected;

    /** An execution whose timers are ready at once. */
    public ThreadedExecution(Clock clock, RandomGenerator random, Metrics metrics) {
        this.clock = clock;
        this.random = random;
        this.timers = new SystemTimers(new NamedThreads("timer"), clock, metrics);
        this.unexpected = Failures.in(metrics, clock, LOG);
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public Timers timers() {
        return timers;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Executor serial(String role) {
        return new SerialVirtualThread(role, unexpected);
    }

    @Override
    public Blocking lane(String role, int bound) {
        return new VirtualThreads(role, bound);
    }

    @Override
    public <T> Workers<T> workers(String role, int count, Supplier<Consumer<T>> servers) {
        return new WorkerThreads<>(role, count, threads(role), servers, unexpected);
    }

    @Override
    public UntrustedCalls untrustedCalls() {
        return UntrustedCalls.ON_VIRTUAL_THREADS;
    }

    @Override
    public ThreadFactory threads(String role) {
        return new NamedThreads(role);
    }

    @Override
    public void close() {
        timers.close();
    }
}
