package mortise.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.junit.engine.BrokerEngine;
import mortise.junit.engine.BrokerOrder;
import mortise.junit.engine.HostedBroker;

/**
 * A test's broker: a real one, on a port that the system chose, behind a proxy that makes the
 * network's faults. Its address stays the same through restarts. Thread-safe.
 *
 * <p>It runs in the test's JVM where that is Java 25 or newer, and otherwise in a process of a JDK
 * 25, which serves all brokers of this JVM and ends with it. A test sees no difference.
 *
 * <p>Faults end with the test that made them: the extension calls {@link #heal}, and starts a
 * broker that was left stopped if other tests share it.
 */
public final class TestBroker {
    private final BrokerSpec spec;
    private final FaultProxy proxy;
    private final Path directory;
    private final HostedBroker broker;
    private boolean running; // guarded by this

    private TestBroker(BrokerSpec spec, FaultProxy proxy, BrokerEngine engine) {
        this.spec = spec;
        this.proxy = proxy;
        // made by the broker, and only if one of its plugins keeps files
        this.directory =
                Path.of(System.getProperty("java.io.tmpdir"))
                        .resolve("mortise-junit-" + UUID.randomUUID())
                        .toAbsolutePath();
        this.broker = engine.host(new BrokerOrder(chosen(), spec.config(), spec.plugins()));
    }

    /** A running broker as it was asked for. */
    static TestBroker started(BrokerSpec spec, BrokerEngine engine) {
        FaultProxy proxy = FaultProxy.open(spec.clock());
        TestBroker made;
        try {
            made = new TestBroker(spec, proxy, engine);
        } catch (RuntimeException | Error failure) {
            proxy.close();
            throw failure;
        }
        try {
            made.start();
            if (spec.storage() == Storage.LOCAL) {
                spec.topics().forEach(made::createTopic);
            }
            return made;
        } catch (RuntimeException | Error failure) {
            made.close();
            throw failure;
        }
    }

    // ---- what a client needs

    /** What clients take as {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return proxy.address().toString();
    }

    /**
     * What the broker says of itself. Its listeners are those behind the proxy; what is advertised
     * is the proxy.
     *
     * @throws IllegalStateException if it does not run
     */
    public TestBrokerStatus status() {
        return TestBrokerStatus.of(running().status());
    }

    /** Creates a topic; clients see it when this returns. Faults of the network do not matter. */
    public void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /** Creates a topic with a configuration; clients see it when this returns. */
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        running().createTopic(name, partitions, configs);
    }

    /** Deletes a topic and its records. */
    public void deleteTopic(String name) {
        running().deleteTopic(name);
    }

    private synchronized HostedBroker running() {
        if (!running) {
            throw new IllegalStateException("the test's broker does not run; start() starts it");
        }
        return broker;
    }

    // ---- its life

    /** Whether it runs. */
    public synchronized boolean isRunning() {
        return running;
    }

    /**
     * Starts a broker that was stopped or killed, at the address that it had. With local storage it
     * finds what was there; in memory it begins anew, with the topics that were asked for.
     */
    public synchronized void start() {
        if (running) {
            throw new IllegalStateException("the test's broker runs already");
        }
        HostPort listening = broker.start();
        running = true;
        if (spec.storage() == Storage.MEMORY) {
            spec.topics().forEach(this::createTopic);
        }
        proxy.forwardTo(listening);
    }

    private Map<String, String> chosen() {
        Map<String, String> chosen = new HashMap<>();
        chosen.put("listeners", BrokerOrder.LISTENER + "://127.0.0.1:0");
        chosen.put("advertised-listeners", BrokerOrder.LISTENER + "://" + proxy.address());
        chosen.put(BrokerOrder.DATA_DIRECTORY, directory.toString());
        switch (spec.storage()) {
            case MEMORY -> {
                chosen.put("plugins.storage", "memory");
                chosen.put("consensus.raft.storage", "memory");
            }
            case LOCAL -> chosen.put("plugins.storage", "local");
        }
        return chosen;
    }

    /** Stops it cleanly: what is in flight is answered, and the logs are closed. */
    public synchronized void stop() {
        HostedBroker now = running();
        proxy.forwardTo(null);
        now.stop();
        proxy.drop();
        running = false;
    }

    /** {@link #stop}, then {@link #start}. */
    public synchronized void restart() {
        stop();
        start();
    }

    /**
     * Stops it as the end of its process would, as far as one process can: connections are reset,
     * what is in flight is not answered, nothing is flushed, and the next {@link #start} recovers
     * the logs. What was acknowledged is in the page cache and is found again, as after {@code kill
     * -9}; a machine that loses power cannot be had this way.
     */
    public synchronized void kill() {
        HostedBroker now = running();
        proxy.forwardTo(null);
        proxy.drop();
        now.kill();
        running = false;
    }

    // ---- faults

    /**
     * Freezes the network: connections stay and new ones are taken, but no request reaches the
     * broker and no answer leaves it until {@link #resumeNetwork}. Clients run into their timeouts.
     */
    public void pauseNetwork() {
        proxy.conditions().pause();
    }

    /**
     * Lets what waited go on, in order; what clients gave up on meanwhile reaches the broker too.
     */
    public void resumeNetwork() {
        proxy.conditions().resume();
    }

    /** Resets every connection once; what was on its way is lost. Clients may connect again. */
    public void dropConnections() {
        proxy.drop();
    }

    /** Has every request reach the broker that much later than it was sent; zero ends it. */
    public void delayRequests(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay of " + delay + "; zero is the least");
        }
        proxy.conditions().delay(delay);
    }

    /**
     * Has the broker answer the next requests of one API with an error, wherever the response has
     * room for one, without doing what they ask; takes the place of what was asked for that API
     * before. {@link #createTopic} and {@link #deleteTopic} are requests too.
     *
     * @param api the API's name in the protocol, for example {@code Produce}
     * @param times how many requests, from 1
     * @throws IllegalArgumentException if there is no such API, or it cannot be refused
     */
    public void refuse(String api, ErrorCode error, int times) {
        broker.refuse(api, error, times);
    }

    /** How many requests of an API are still to be refused. */
    public int refusalsLeft(String api) {
        return broker.refusalsLeft(api);
    }

    /** Ends every fault: the network flows, nothing is delayed, nothing is refused. */
    public void heal() {
        proxy.conditions().delay(Duration.ZERO);
        proxy.conditions().resume();
        broker.clearRefusals();
    }

    /** {@link #heal}, and starts it if it was left stopped. */
    synchronized void restore() {
        heal();
        if (!running) {
            start();
        }
    }

    /** Ends it for good: the port, the threads and the directory are given back. */
    synchronized void close() {
        proxy.conditions().resume();
        proxy.close();
        try {
            broker.close();
        } finally {
            running = false;
            removeDirectory();
        }
    }

    private void removeDirectory() {
        if (!Files.exists(directory)) {
            return;
        }
        try {
            List<Path> deepestFirst;
            try (Stream<Path> all = Files.walk(directory)) {
                deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("removing " + directory, failure);
        }
    }
}
