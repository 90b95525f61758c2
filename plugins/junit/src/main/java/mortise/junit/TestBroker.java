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
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.broker.BrokerStatus;
import mortise.broker.RefusedRequests;
import org.jspecify.annotations.Nullable;

/**
 * A test's broker: a real one in the test's JVM, on a port that the system chose, behind a proxy
 * that makes the network's faults. Its address stays the same through restarts. Thread-safe.
 *
 * <p>Faults end with the test that made them: the extension calls {@link #heal}, and starts a
 * broker that was left stopped if other tests share it.
 */
public final class TestBroker {
    private static final String LISTENER = "PLAINTEXT";

    private final BrokerSpec spec;
    private final FaultProxy proxy;
    private final RefusedRequests refusals = new RefusedRequests();
    private final Path directory;
    private @Nullable Broker broker; // guarded by this

    private TestBroker(BrokerSpec spec, FaultProxy proxy) {
        this.spec = spec;
        this.proxy = proxy;
        // made by the broker, and only if one of its plugins keeps files
        this.directory =
                Path.of(System.getProperty("java.io.tmpdir"))
                        .resolve("mortise-junit-" + UUID.randomUUID());
    }

    /** A running broker as it was asked for. */
    static TestBroker started(BrokerSpec spec) {
        TestBroker made = new TestBroker(spec, FaultProxy.open(spec.clock()));
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
    public BrokerStatus status() {
        return running().status();
    }

    /** Creates a topic; clients see it when this returns. Faults of the network do not matter. */
    public void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    /** Creates a topic with a configuration; clients see it when this returns. */
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        topics().create(name, partitions, configs);
    }

    /** Deletes a topic and its records. */
    public void deleteTopic(String name) {
        topics().delete(name);
    }

    private DirectTopics topics() {
        return new DirectTopics(bound(running()));
    }

    private static HostPort bound(Broker broker) {
        HostPort bound = broker.status().listeners().get(LISTENER);
        if (bound == null) {
            throw new IllegalStateException("the test's broker has no listener " + LISTENER);
        }
        return bound;
    }

    private synchronized Broker running() {
        Broker now = broker;
        if (now == null) {
            throw new IllegalStateException("the test's broker does not run; start() starts it");
        }
        return now;
    }

    // ---- its life

    /** Whether it runs. */
    public synchronized boolean isRunning() {
        return broker != null;
    }

    /**
     * Starts a broker that was stopped or killed, at the address that it had. With local storage it
     * finds what was there; in memory it begins anew, with the topics that were asked for.
     */
    public synchronized void start() {
        if (broker != null) {
            throw new IllegalStateException("the test's broker runs already");
        }
        BrokerBuilder builder =
                new BrokerBuilder()
                        .layer("mortise-junit", chosen())
                        .layer("test", spec.config())
                        .refusing(refusals);
        spec.plugins().forEach(builder::plugin);
        Broker started = builder.start();
        broker = started;
        if (spec.storage() == Storage.MEMORY) {
            spec.topics().forEach(this::createTopic);
        }
        proxy.forwardTo(bound(started));
    }

    private Map<String, String> chosen() {
        Map<String, String> chosen = new HashMap<>();
        chosen.put("listeners", LISTENER + "://127.0.0.1:0");
        chosen.put("advertised-listeners", LISTENER + "://" + proxy.address());
        chosen.put("data.directory", directory.toString());
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
        Broker now = running();
        proxy.forwardTo(null);
        now.close();
        proxy.drop();
        broker = null;
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
        Broker now = running();
        proxy.forwardTo(null);
        proxy.drop();
        now.kill();
        broker = null;
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
        refusals.refuse(api, error, times);
    }

    /** How many requests of an API are still to be refused. */
    public int refusalsLeft(String api) {
        return refusals.remaining(api);
    }

    /** Ends every fault: the network flows, nothing is delayed, nothing is refused. */
    public void heal() {
        proxy.conditions().delay(Duration.ZERO);
        proxy.conditions().resume();
        refusals.clear();
    }

    /** {@link #heal}, and starts it if it was left stopped. */
    synchronized void restore() {
        heal();
        if (broker == null) {
            start();
        }
    }

    /** Ends it for good: the port, the threads and the directory are given back. */
    synchronized void close() {
        heal();
        proxy.close();
        try {
            if (broker != null) {
                broker.close();
            }
        } finally {
            broker = null;
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
