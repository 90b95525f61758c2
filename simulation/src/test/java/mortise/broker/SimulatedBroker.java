package mortise.broker;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.broker.config.BrokerSettings;
import mortise.broker.request.ClientNetwork;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestRouter;
import mortise.broker.runtime.Execution;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.spi.Provider;
import org.jspecify.annotations.Nullable;

/** The whole broker but for its network, on an execution and a disk of a simulation. */
public final class SimulatedBroker {
    private static final List<ListenerEndpoint> ENDPOINTS =
            List.of(new ListenerEndpoint("PLAINTEXT", HostPort.parse("127.0.0.1:9092"), null));

    private final BrokerMetrics metrics = new BrokerMetrics();
    private final BrokerCore core;

    /**
     * A broker that has not started.
     *
     * @param values its configuration
     * @param plugins what it is made of
     * @param dataDirectory on a simulated disk
     * @param accepting hears when clients may come
     * @param closing hears when clients must go
     */
    public SimulatedBroker(
            Map<String, String> values,
            List<Provider<?>> plugins,
            Path dataDirectory,
            Execution execution,
            BiConsumer<SimulatedBroker, RequestRouter> accepting,
            Runnable closing) {
        BrokerBuilder builder =
                new BrokerBuilder()
                        .clock(execution.clock())
                        .random(execution.random())
                        .layer("simulation", values);
        plugins.forEach(builder::plugin);
        core =
                new BrokerCore(
                        on(assembly(builder), dataDirectory),
                        execution,
                        metrics,
                        router -> network(router, accepting, closing),
                        null);
    }

    private ClientNetwork network(
            RequestRouter router,
            BiConsumer<SimulatedBroker, RequestRouter> accepting,
            Runnable closing) {
        return new ClientNetwork() {
            @Override
            public List<ListenerEndpoint> open() {
                return ENDPOINTS;
            }

            @Override
            public void accept() {
                accepting.accept(SimulatedBroker.this, router);
            }

            @Override
            public CompletionStage<?> close() {
                closing.run();
                return CompletableFuture.completedStage(null);
            }

            @Override
            public CompletionStage<?> abort() {
                return close();
            }
        };
    }

    private static Assembly assembly(BrokerBuilder builder) {
        try {
            Method assembly = BrokerBuilder.class.getDeclaredMethod("assembly");
            assembly.setAccessible(true);
            return (Assembly) assembly.invoke(builder);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException("cannot assemble the simulated broker", failure);
        }
    }

    /** A path on a simulated disk has no text that a configuration could say. */
    private static Assembly on(Assembly assembly, Path dataDirectory) {
        return new Assembly(
                located(assembly.config(), dataDirectory),
                assembly.found(),
                assembly.clock(),
                assembly.random(),
                assembly.continuity());
    }

    @SuppressWarnings("unchecked")
    private static Config located(Config config, Path dataDirectory) {
        try {
            Field values = Config.class.getDeclaredField("values");
            values.setAccessible(true);
            Map<String, Object> moved = new HashMap<>((Map<String, Object>) values.get(config));
            moved.put(BrokerSettings.DATA_DIRECTORY.name(), dataDirectory);
            Constructor<Config> constructor =
                    Config.class.getDeclaredConstructor(ConfigSchema.class, Map.class, Map.class);
            constructor.setAccessible(true);
            return constructor.newInstance(config.schema(), config.texts(), Map.copyOf(moved));
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException("cannot place the simulated broker", failure);
        }
    }

    /** Starts it; completes when clients are served, or with why that cannot be. */
    public CompletionStage<?> start() {
        return core.start();
    }

    /** Stops it cleanly; completes when it has stopped. */
    public CompletionStage<?> close() {
        return core.close();
    }

    /** Completes when it has stopped: with null if it was closed, else with why. */
    public CompletionStage<@Nullable String> stopped() {
        return core.stopped();
    }

    /** How many fetches and sessions watch its partitions. */
    public long watchers() {
        return sum("watchers", SimulatedBroker::countOf);
    }

    private static long countOf(Object watchers) {
        return watchers instanceof Object[] each
                ? each.length
                : countOf(field(watchers, "watchers"));
    }

    /** How many commands its mailboxes have given credit for and not got it back. */
    public long credit() {
        return sum("mailbox", mailbox -> ((Number) result(mailbox, "commandsUsed")).longValue());
    }

    private static Object result(Object of, String name) {
        try {
            Method method = of.getClass().getDeclaredMethod(name);
            method.setAccessible(true);
            return method.invoke(of);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(
                    of.getClass().getSimpleName() + " has no " + name + " to ask for", failure);
        }
    }

    private long sum(String field, ToLongFunction<Object> size) {
        BrokerCore.Running running = core.running();
        return running == null
                ? 0
                : running.partitions().all().stream()
                        .mapToLong(partition -> size.applyAsLong(field(partition, field)))
                        .sum();
    }

    private static Object field(Object of, String name) {
        try {
            Field field = of.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(of);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(
                    of.getClass().getSimpleName() + " has no " + name + " to look at", failure);
        }
    }

    /** What it says of itself in numbers. */
    public Map<String, Long> metrics() {
        return metrics.values();
    }
}
