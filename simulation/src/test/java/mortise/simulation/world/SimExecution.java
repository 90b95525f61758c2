package mortise.simulation.world;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.broker.runtime.Blocking;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.UntrustedCalls;
import mortise.broker.runtime.Workers;

/** A broker's execution on a simulated machine: every thread that it would have is an event. */
public final class SimExecution implements Execution {
    private static final long SHORTEST_SERVICE = Delays.micros(10);
    private static final long LONGEST_SERVICE = Delays.millis(4);

    private static final UntrustedCalls.Begun RETURNED =
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

    private final Machine machine;

    /** An execution on this machine. */
    public SimExecution(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Clock clock() {
        return machine.disk().clock();
    }

    @Override
    public Timers timers() {
        return machine;
    }

    @Override
    public RandomGenerator random() {
        return machine.random();
    }

    @Override
    public Executor serial(String role) {
        return machine.serial(role);
    }

    @Override
    public Blocking lane(String role, int bound) {
        Machine.Lane lane = machine.lane(role, bound);
        return new Blocking() {
            @Override
            public <T> CompletionStage<T> run(String what, Callable<T> task) {
                return lane.run(task);
            }
        };
    }

    /** They are made at once and always return: whoever begins one may wait for it. */
    @Override
    public UntrustedCalls untrustedCalls() {
        return (name, loader, call) -> {
            call.run();
            return RETURNED;
        };
    }

    @Override
    public ThreadFactory threads(String role) {
        throw new UnsupportedOperationException("a simulation has no thread for " + role);
    }

    @Override
    public <T> Workers<T> workers(String role, int count, Supplier<Consumer<T>> servers) {
        return new SimWorkers<>(role, count, servers);
    }

    @Override
    public void close() {
        // timers end with the machine
    }

    /** Workers whose items are served at moments out of the seed. */
    private final class SimWorkers<T> implements Workers<T> {
        private final String role;
        private final Deque<T> waiting = new ArrayDeque<>();
        private final Deque<Consumer<T>> idle = new ArrayDeque<>();

        SimWorkers(String role, int count, Supplier<Consumer<T>> servers) {
            this.role = role;
            for (int i = 0; i < count; i++) {
                idle.add(servers.get());
            }
        }

        @Override
        public void submit(T item) {
            waiting.add(item);
            next();
        }

        @Override
        public int waiting() {
            return waiting.size();
        }

        private void next() {
            Consumer<T> server = idle.poll();
            if (server == null) {
                return;
            }
            if (waiting.isEmpty()) {
                idle.add(server);
                return;
            }
            machine.after(
                    Delays.between(machine.random(), SHORTEST_SERVICE, LONGEST_SERVICE),
                    role,
                    () -> serveFirst(server));
        }

        private void serveFirst(Consumer<T> server) {
            T item = waiting.poll();
            try {
                if (item != null) {
                    server.accept(item);
                }
            } finally {
                idle.add(server);
                next();
            }
        }

        @Override
        public void close() {
            Consumer<T> server = idle.peek();
            for (T item = waiting.poll(); item != null; item = waiting.poll()) {
                if (server != null) {
                    server.accept(item);
                }
            }
        }
    }
}
