package mortise.broker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import mortise.api.HostPort;
import mortise.broker.config.BrokerSettings;
import mortise.broker.net.ListenException;
import mortise.broker.net.ListenerConfig;
import mortise.broker.net.NetworkServer;
import mortise.broker.plugin.RefusedPluginException;
import mortise.broker.request.ClientNetwork;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestRouter;
import mortise.broker.runtime.DataDirectory;
import mortise.broker.runtime.FileBudget;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.broker.runtime.ThreadedExecution;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.spi.storage.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker: its core on threads, and the network. Made by {@link BrokerBuilder};
 * thread-safe.
 *
 * <p>Its parts are started in the order in which they need each other, and closed in the reverse
 * order: clients first, so that every request in flight is answered, then partitions, quorum and
 * stores, and metrics exporters last, so that they can tell of it.
 */
public final class Broker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private final BrokerCore core;

    private Broker(BrokerCore core) {
        this.core = core;
    }

    static Broker start(Assembly assembly, @Nullable RefusedRequests refusals) {
        warnOfFewFiles(FileBudget.ofProcess());
        BrokerMetrics metrics = new BrokerMetrics();
        BrokerCore core =
                new BrokerCore(
                        assembly,
                        new ThreadedExecution(assembly.clock(), assembly.random(), metrics),
                        metrics,
                        router -> new OpenNetwork(network(assembly, router, metrics)),
                        refusals);
        try {
            core.start().toCompletableFuture().join();
            return new Broker(core);
        } catch (CompletionException failed) {
            throw whyNotStarted(failed);
        }
    }

    private static RuntimeException whyNotStarted(CompletionException failed) {
        return switch (failed.getCause()) {
            case RefusedDirectoryException refused -> refused(refused);
            case ListenException refused -> refused(refused);
            case RefusedPluginException refused -> refused(refused);
            case StorageException refused -> refused(refused);
            case RuntimeException failure -> failure;
            case Error failure -> throw failure;
            case null, default -> failed;
        };
    }

    private static BrokerStartException refused(RuntimeException cause) {
        return new BrokerStartException(String.valueOf(cause.getMessage()), cause);
    }

    private static NetworkServer network(
            Assembly assembly, RequestRouter router, BrokerMetrics metrics) {
        List<ListenerConfig> listeners =
                BrokerSettings.listeners(assembly.config()).stream()
                        .map(listener ->
                                new ListenerConfig(
                                        listener.name(), listener.bind(), listener.advertised()))
                        .toList();
        return new NetworkServer(assembly.config(), listeners, router, assembly.clock(), metrics);
    }

    /** The network as the core sees it. */
    private record OpenNetwork(NetworkServer server) implements ClientNetwork {
        private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

        @Override
        public List<ListenerEndpoint> open() {
            server.open();
            return server.endpoints();
        }

        @Override
        public void accept() {
            server.accept();
        }

        @Override
        public CompletionStage<?> close() {
            server.close();
            return DONE;
        }

        @Override
        public CompletionStage<?> abort() {
            server.abort();
            return DONE;
        }
    }

    private static void warnOfFewFiles(FileBudget files) {
        if (files.limit() < FileBudget.ENOUGH) {
            LOG.warn(
                    "this process may have {} files open at once: {} connections at most are served, and {} log files kept open; raise the limit (ulimit -n) to {} or more",
                    files.limit(),
                    files.connections(),
                    files.logFiles(),
                    FileBudget.ENOUGH);
        }
    }

    /** What the broker says of itself now. */
    public BrokerStatus status() {
        BrokerCore.Running now = core.running();
        if (now == null) {
            throw new IllegalStateException("the broker does not run");
        }
        Composition with = core.composition();
        Map<String, HostPort> bound = new LinkedHashMap<>();
        Map<String, HostPort> advertised = new LinkedHashMap<>();
        now.endpoints()
                .forEach(endpoint -> {
                    bound.put(endpoint.name(), endpoint.bound());
                    if (endpoint.advertised() != null) {
                        advertised.put(endpoint.name(), endpoint.advertised());
                    }
                });
        DataDirectory directory = now.directory();
        return new BrokerStatus(
                now.clusterId(),
                with.nodeId(),
                bound,
                advertised,
                directory == null ? null : directory.path(),
                directory != null && directory.formatted(),
                with.assembly().keepsRecords()
                        ? BrokerSettings.DURABILITY
                                .type()
                                .format(with.config().get(BrokerSettings.DURABILITY))
                        : BrokerStatus.NO_DURABILITY,
                core.plugins().status(),
                core.plugins().exporters(),
                now.cluster().publisher().image().topicCount(),
                now.partitions().all().size(),
                now.startTime(),
                with.metrics().values());
    }

    /**
     * Waits until the broker has stopped.
     *
     * @return null if it was closed, else why it stopped by itself
     */
    public @Nullable String awaitStop() throws InterruptedException {
        try {
            return core.stopped().toCompletableFuture().get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Stops the broker: answers what is in flight, closes every log cleanly. Returns when it is
     * done.
     */
    @Override
    public void close() {
        core.close().toCompletableFuture().join();
    }

    /**
     * Stops the broker as the end of its process would, as far as one process can: connections are
     * reset, nothing in flight is answered, nothing is flushed, and nothing says that the logs were
     * closed cleanly. Threads, files and ports are given back all the same. For tests of what
     * survives.
     */
    public void kill() {
        core.kill().toCompletableFuture().join();
    }
}
