package mortise.broker.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.api.metrics.Metrics;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestRouter;
import mortise.broker.runtime.Failures;
import mortise.broker.runtime.FileBudget;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's face to the network: its listeners, the event loops that serve them, and every open
 * connection. Thread-safe; started once, closed once.
 */
public final class NetworkServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkServer.class);
    private static final long SWEEP_MILLIS = 1_000;
    private static final long DRAIN_LOOK_MILLIS = 5;
    private static final long RELIEF_MILLIS = 100;

    /** Asking every connection costs a look at each, so it is not done more often. */
    private static final long RECLAIM_NANOS = 100_000_000;

    private final Config settings;
    private final List<ListenerConfig> configs;
    private final int loopCount;
    private final int maxConnections;
    private final Transport transport;
    private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    private final Clock clock;
    private final NetTelemetry telemetry;
    private final PeerLog peers;
    private final Failures unexpected;
    private final NetMemory memory;
    private final AtomicBoolean relieving = new AtomicBoolean();
    private final ConnectionServices services;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong nextConnectionId = new AtomicLong();

    /** When memory that nobody fills was last asked back; 0 if never. */
    private final AtomicLong reclaimedNanos = new AtomicLong();

    private final IdentityHashMap<EventExecutor, LoopState> loopStates = new IdentityHashMap<>();
    private final List<ListenerServer> listeners = new ArrayList<>();
    private volatile @Nullable EventLoopGroup loops;

    /** A server that listens nowhere until it is started. */
    public NetworkServer(
            Config settings,
            List<ListenerConfig> listeners,
            RequestRouter router,
            Clock clock,
            Metrics metrics) {
        this(settings, listeners, router, clock, metrics, Transport.best());
    }

    NetworkServer(
            Config settings,
            List<ListenerConfig> listeners,
            RequestRouter router,
            Clock clock,
            Metrics metrics,
            Transport transport) {
        this.settings = settings;
        this.loopCount = loops(settings.get(NetSettings.THREADS));
        this.maxConnections =
                Math.min(
                        settings.get(NetSettings.MAX_CONNECTIONS),
                        FileBudget.ofProcess().connections());
        this.configs = List.copyOf(listeners);
        this.transport = transport;
        this.clock = clock;
        this.telemetry = new NetTelemetry(metrics);
        this.peers = new PeerLog(clock, settings.get(NetSettings.PEER_LOG_LINES));
        this.unexpected = Failures.in(metrics, clock, LOG);
        this.memory = NetMemory.of(settings, this::relieveSoon);
        this.services =
                new ConnectionServices(
                        ConnectionBounds.of(settings),
                        router,
                        memory,
                        telemetry,
                        peers,
                        clock,
                        new Connections());
        telemetry.gauge("net_connections", "Connections that are open.", connections::get);
        memory.gauges(telemetry);
    }

    private static int loops(int configured) {
        return configured > 0 ? configured : Runtime.getRuntime().availableProcessors();
    }

    /** Hears what connections tell. */
    private final class Connections implements ConnectionServices.Server {
        @Override
        public void memoryShort() {
            reclaim();
        }

        @Override
        public void connectionClosed() {
            connections.decrementAndGet();
        }
    }

    /**
     * Opens every listener and serves who comes.
     *
     * @throws ListenException if one cannot be opened; none is then
     */
    public void start() {
        open();
        accept();
    }

    /**
     * Opens every listener. Who connects waits until {@link #accept}, so that nobody is served by a
     * broker that is not ready.
     *
     * @throws ListenException if one cannot be opened; none is then
     */
    public synchronized void open() {
        if (loops != null) {
            throw new IllegalStateException("the network server was started before");
        }
        EventLoopGroup group = transport.loops(loopCount);
        loops = group;
        int maxRequestsPerLoop = Math.max(1, settings.get(NetSettings.MAX_REQUESTS) / loopCount);
        for (EventExecutor loop : group) {
            LoopState state = new LoopState((EventLoop) loop, maxRequestsPerLoop, memory.heap());
            loopStates.put(loop, state);
            var _ =
                    loop.scheduleWithFixedDelay(
                            () ->
                                    unexpected.contain(
                                            "looking for idle connections", () -> sweep(state)),
                            SWEEP_MILLIS,
                            SWEEP_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
        try {
            for (ListenerConfig config : configs) {
                listeners.add(
                        ListenerServer.open(
                                config,
                                settings,
                                transport,
                                group,
                                allocator,
                                peers,
                                this::admits,
                                this::accepted));
            }
        } catch (ListenException refused) {
            close();
            throw refused;
        }
        LOG.debug("listening through {}: {}", transport, listeners);
    }

    private void sweep(LoopState state) {
        peers.sweep();
        state.sweep(clock.nanoTime());
    }

    /** Serves who has connected and who connects from now on. */
    public synchronized void accept() {
        listeners.forEach(ListenerServer::accept);
    }

    /** Counts a connection that was accepted, unless there are too many. On the listener's loop. */
    private boolean admits(Channel channel) {
        if (connections.incrementAndGet() <= maxConnections) {
            return true;
        }
        connections.decrementAndGet();
        refused(channel);
        return false;
    }

    /** Serves a connection that was admitted. On the connection's loop. */
    private void accepted(Channel channel, ListenerEndpoint listener) {
        LoopState state = loopStates.get(channel.eventLoop());
        if (state == null || !(channel.remoteAddress() instanceof InetSocketAddress)) {
            connections.decrementAndGet();
            var _ = channel.close(); // it is gone already
            return;
        }
        channel.pipeline()
                .addLast(
                        new Connection(
                                nextConnectionId.getAndIncrement(),
                                channel,
                                state,
                                listener,
                                services));
    }

    /** Has every connection give back the memory that it has not filled. */
    private void reclaim() {
        long nowNanos = clock.nanoTime();
        long before = reclaimedNanos.get();
        if ((before == 0 || nowNanos - before >= RECLAIM_NANOS)
                && reclaimedNanos.compareAndSet(before, nowNanos)) {
            loopStates.values().forEach(LoopState::reclaim);
        }
    }

    private void refused(Channel channel) {
        telemetry.closed(CloseReason.LIMIT);
        if (channel.remoteAddress() instanceof InetSocketAddress remote) {
            String host = remote.getAddress().getHostAddress();
            peers.closing(
                    host,
                    host + ":" + remote.getPort(),
                    CloseReason.LIMIT,
                    "there are " + maxConnections + " connections already (net.max-connections)");
        }
    }

    /** The open listeners, with their real ports, in the order of the configuration. */
    public synchronized List<ListenerEndpoint> endpoints() {
        return listeners.stream().map(ListenerServer::endpoint).toList();
    }

    /** How many connections are open. */
    public int connections() {
        return connections.get();
    }

    /** Looks for idle connections now; returns when all event loops have. */
    void sweep() {
        onEveryLoop(state -> state.sweep(clock.nanoTime()));
    }

    /** Somebody waits for memory of answers: looks for slow readers until nobody does. */
    private void relieveSoon() {
        EventLoopGroup group = loops;
        if (group != null && !group.isShuttingDown() && relieving.compareAndSet(false, true)) {
            var _ = group.next().schedule(this::relieveOnce, RELIEF_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void relieveOnce() {
        relieving.set(false);
        long now = clock.nanoTime();
        for (LoopState state : loopStates.values()) {
            state.loop().execute(() -> state.noteTaken(now));
        }
        memory.unsent().relieve(now, services.bounds().timeouts().slowReader().toNanos());
        if (memory.unsent().pressed()) {
            relieveSoon();
        }
    }

    /** Memory of answers held. */
    long unsentBytes() {
        return memory.unsent().heldBytes();
    }

    /** How many bytes of received data are held. */
    long inflightBytes() {
        return memory.inflight().heldBytes();
    }

    /** How many bytes of heap the decoded requests hold that are in flight. */
    long decodedBytes() {
        return memory.heap().heldBytes();
    }

    /**
     * Stops: no new connections, no new requests; requests in flight may be answered within {@code
     * net.shutdown-timeout}; then everything is closed. Returns when it is. Not to be called on an
     * event loop.
     */
    @Override
    public synchronized void close() {
        EventLoopGroup group = loops;
        if (group == null || group.isShuttingDown()) {
            return;
        }
        listeners.forEach(ListenerServer::close);
        onEveryLoop(state -> state.connections().forEach(Connection::leave));
        awaitDrained();
        onEveryLoop(state -> state.connections().forEach(Connection::abort));
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /**
     * Stops as the end of the process would: every connection is reset, answered or not. Returns
     * when it is done. Not to be called on an event loop.
     */
    public synchronized void abort() {
        EventLoopGroup group = loops;
        if (group == null || group.isShuttingDown()) {
            return;
        }
        listeners.forEach(ListenerServer::close);
        onEveryLoop(state -> state.connections().forEach(Connection::reset));
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void awaitDrained() {
        long looks = settings.get(NetSettings.SHUTDOWN_TIMEOUT).toMillis() / DRAIN_LOOK_MILLIS;
        CountDownLatch drained = new CountDownLatch(loopStates.size());
        for (LoopState state : loopStates.values()) {
            state.loop().execute(() -> whenEmpty(state, looks, drained::countDown));
        }
        awaitUninterruptibly(drained);
    }

    private static void whenEmpty(LoopState state, long looksLeft, Runnable then) {
        if (state.isEmpty() || looksLeft <= 0) {
            then.run();
        } else {
            var _ =
                    state.loop()
                            .schedule(
                                    () -> whenEmpty(state, looksLeft - 1, then),
                                    DRAIN_LOOK_MILLIS,
                                    TimeUnit.MILLISECONDS);
        }
    }

    private void onEveryLoop(Consumer<LoopState> action) {
        CountDownLatch done = new CountDownLatch(loopStates.size());
        for (LoopState state : loopStates.values()) {
            state.loop()
                    .execute(() -> {
                        try {
                            action.accept(state);
                        } finally {
                            done.countDown();
                        }
                    });
        }
        awaitUninterruptibly(done);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
