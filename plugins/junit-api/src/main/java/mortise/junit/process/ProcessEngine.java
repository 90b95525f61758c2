package mortise.junit.process;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import mortise.junit.engine.BrokerEngine;
import mortise.junit.engine.BrokerOrder;
import mortise.junit.engine.HostedBroker;
import mortise.junit.engine.Message;
import mortise.junit.engine.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Runs brokers in a process, which is started for the first and serves all. One that has ended is
 * replaced for the next broker; those that it ran are lost with it.
 */
public final class ProcessEngine implements BrokerEngine {
    private static final Map<Settings, ProcessEngine> SHARED = new HashMap<>(); // guarded by itself

    private final Settings settings;
    private final AtomicLong brokers = new AtomicLong();
    private @Nullable EngineProcess process; // guarded by this

    private record Settings(Optional<String> jdk, String options, boolean cached) {}

    private ProcessEngine(Settings settings) {
        this.settings = settings;
    }

    /**
     * The engine of this JVM.
     *
     * @param jdk which JDK runs the process; nothing for the first that is found
     * @param options more options of its JVM, with blanks between
     * @param cached whether its JVM may keep a cache for the next start in the user's cache
     *     directory
     */
    public static ProcessEngine shared(Optional<String> jdk, String options, boolean cached) {
        synchronized (SHARED) {
            return SHARED.computeIfAbsent(
                    new Settings(jdk, options.strip(), cached), ProcessEngine::new);
        }
    }

    @Override
    public HostedBroker host(BrokerOrder order) {
        if (!order.plugins().isEmpty()) {
            throw new IllegalStateException(
                    "plugin "
                            + order.plugins().get(0).getClass().getName()
                            + " was handed in as an instance, which cannot go to the process that"
                            + " runs the test's broker; offer it in META-INF/services and name it in"
                            + " the configuration, or run these tests on Java "
                            + JdkSearch.NEEDED);
        }
        EngineProcess running = running();
        String id = Long.toString(brokers.incrementAndGet());
        List<String> arguments = new ArrayList<>();
        arguments.add(Integer.toString(order.chosen().size()));
        arguments.addAll(Message.pairs(order.chosen()));
        arguments.addAll(Message.pairs(order.asked()));
        running.call(Operation.HOST, id, arguments);
        return new ProcessBroker(running, id);
    }

    private synchronized EngineProcess running() {
        EngineProcess now = process;
        if (now == null || now.hasEnded()) {
            now =
                    EngineProcess.start(
                            JdkSearch.ofThisMachine().find(settings.jdk()),
                            Arrays.stream(settings.options().split("\\s+"))
                                    .filter(option -> !option.isEmpty())
                                    .toList(),
                            settings.cached());
            process = now;
        }
        return now;
    }
}
