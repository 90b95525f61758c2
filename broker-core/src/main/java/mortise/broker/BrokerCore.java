package mortise.broker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import mortise.api.Clock;
import mortise.api.TopicId;
import mortise.broker.cluster.BrokerLifecycle;
import mortise.broker.cluster.OpenedPartitions;
import mortise.broker.cluster.TopicArrivals;
import mortise.broker.cluster.api.ClusterFeatures;
import mortise.broker.config.BrokerSettings;
import mortise.broker.fetch.FetchSessions;
import mortise.broker.partition.Partitions;
import mortise.broker.plugin.MeteredAuthorizer;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.ClientNetwork;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestRouter;
import mortise.broker.runtime.DataDirectory;
import mortise.broker.runtime.DirectoryRecord;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.Lanes;
import mortise.broker.telemetry.BrokerHealth;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.broker.telemetry.BrokerStartEvent;
import mortise.spi.auth.Authorizer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker between its network and its plugins. It starts, works and stops through its {@link
 * Execution} alone: on threads, or in the one thread of a simulation.
 *
 * <p>Its parts are started in the order in which they need each other, and closed in the reverse
 * order. Both are done by its steps, a serial executor; what is said to be confined to the steps is
 * touched by nobody else. All other methods are for any thread.
 */
final class BrokerCore {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerCore.class);

    private final Composition with;
    private final ClientNetwork.Factory networks;
    private final @Nullable RefusedRequests refusals;
    private final BrokerPlugins plugins;
    private final Executor steps;
    private final CompletableFuture<Running> started = new CompletableFuture<>();
    private final CompletableFuture<@Nullable String> stopped = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile @Nullable Throwable startFailure;

    /** What is known once the broker runs. */
    record Running(
            String clusterId,
            @Nullable DataDirectory directory,
            List<ListenerEndpoint> endpoints,
            ClusterArea cluster,
            Partitions partitions,
            Duration startTime) {}

    /** What the broker has taken hold of: its directory, if it has one, and what that remembers. */
    private record Held(
            String clusterId, @Nullable DataDirectory directory, @Nullable DirectoryRecord kept) {}

    /** What has been composed, and waits for clients. */
    private record Composed(
            ClusterArea cluster,
            BrokerLifecycle lifecycle,
            PartitionArea partitions,
            FetchSessions sessions,
            ClientNetwork network) {}

    /** A composed broker that is in its cluster. */
    private record Entered(
            Composed composed, List<ListenerEndpoint> endpoints, OpenedPartitions opened) {}

    /**
     * A broker that has not started.
     *
     * @param execution closed with the broker
     * @param networks makes what brings the requests
     * @param refusals requests that are refused on purpose; null if there are none
     */
    BrokerCore(
            Assembly assembly,
            Execution execution,
            BrokerMetrics metrics,
            ClientNetwork.Factory networks,
            @Nullable RefusedRequests refusals) {
        this.with = new Composition(assembly, execution, metrics, new BrokerHealth(), new Parts());
        this.networks = networks;
        this.refusals = refusals;
        this.plugins = new BrokerPlugins(assembly, execution.clock());
        this.steps = execution.serial("lifecycle");
    }

    // ---- the start

    /**
     * Starts, once. Completes when clients are served; or with why that cannot be, when everything
     * that had been started is closed again.
     */
    CompletionStage<Running> start() {
        Clock clock = with.execution().clock();
        long begun = clock.nanoTime();
        BrokerStartEvent event = BrokerStartEvent.begun();
        CompletableFuture.completedStage(null)
                .thenApplyAsync(nothing -> takeHold(), steps)
                .thenComposeAsync(
                        held ->
                                startPlugins(held)
                                        .thenApplyAsync(made -> compose(held, made), steps)
                                        .thenComposeAsync(composed -> enter(held, composed), steps)
                                        .thenApplyAsync(
                                                entered -> serve(held, entered, event, begun),
                                                steps),
                        steps)
                .whenComplete((running, failure) -> {
                    if (failure == null) {
                        started.complete(running);
                    } else {
                        startFailed(unwrapped(failure));
                    }
                });
        return started;
    }

    private void startFailed(Throwable failure) {
        if (startFailure == null) {
            startFailure = failure;
        }
        stop(null, true);
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    private Held takeHold() {
        with.metrics()
                .gauge(
                        "broker_ready",
                        "1 if clients are served and nothing is wrong, else 0.",
                        () -> with.health().ready().good() ? 1 : 0);
        try {
            return with.assembly().usesDataDirectory() ? takeDataDirectory() : withoutDirectory();
        } finally {
            with.parts().add("timers", with.execution());
        }
    }

    private Held takeDataDirectory() {
        DataDirectory directory =
                with.parts()
                        .add(
                                "data directory",
                                DataDirectory.open(
                                        with.config().get(BrokerSettings.DATA_DIRECTORY),
                                        with.nodeId(),
                                        with.execution().random()));
        return new Held(directory.clusterId(), directory, takenOver(directory));
    }

    /** Without a directory of its own: one that was named must not be another broker's. */
    private Held withoutDirectory() {
        DirectoryKeepers.examine(with.assembly());
        return new Held(TopicId.random(with.execution().random()).toString(), null, null);
    }

    /** What the directory is to remember; it remembers its keepers before they write anything. */
    private DirectoryRecord takenOver(DataDirectory directory) {
        DirectoryKeepers keepers = new DirectoryKeepers(with.assembly(), directory.path());
        DirectoryRecord kept = directory.formatted() ? keepers.formatted() : keepers.accepted();
        keepers.refuseLoosening(kept);
        directory.remember(kept);
        return kept;
    }

    private CompletionStage<BrokerPlugins.Chosen> startPlugins(Held held) {
        return plugins.startExporters(with, held.directory(), steps)
                .thenComposeAsync(
                        nothing -> plugins.startChosen(with, held.directory(), steps), steps);
    }

    private Composed compose(Held held, BrokerPlugins.Chosen made) {
        refuseIfClosing();
        Authorizer authorizer =
                made.authorizer() == null
                        ? Authorizer.ALLOW_ALL
                        : with.parts().add("authorizer", new MeteredAuthorizer(made.authorizer()));
        StorageArea storage = StorageArea.of(with, made.storage());
        with.add(plugins);
        Lanes lanes = Lanes.on(with.execution(), with.config());
        PartitionArea partitions = PartitionArea.of(with, storage, plugins.codecs(), lanes);
        ClusterArea cluster = ClusterArea.of(with, made, partitions.partitions(), this::fatal);
        Serving serving =
                new Serving(storage, partitions, cluster, plugins, new Access(authorizer), lanes);
        FetchRequests fetches = with.add(FetchRequests.of(with, serving));
        RequestRouter router =
                router(
                        List.of(
                                with.add(ClusterRequests.of(with, serving)),
                                with.add(PartitionRequests.of(with, serving)),
                                with.add(CoordinatorRequests.of(with, serving)),
                                fetches),
                        serving);
        ClientNetwork network = networks.over(router);
        with.parts().add("network", network::close, network::abort);
        return new Composed(
                cluster,
                cluster.lifecycle(with, held.clusterId()),
                partitions,
                fetches.sessions(),
                network);
    }

    private RequestRouter router(List<Area> areas, Serving serving) {
        List<ApiHandler<?>> handlers =
                areas.stream()
                        .<ApiHandler<?>>mapMulti((area, out) -> area.handlers().forEach(out))
                        .toList();
        return new RequestRouter(
                refusals == null ? handlers : refusals.before(handlers),
                new ClusterFeatures(with.nodeId(), serving.cluster().publisher()),
                with.metrics(),
                serving.lanes().requests());
    }

    private CompletionStage<Entered> enter(Held held, Composed composed) {
        refuseIfClosing();
        List<ListenerEndpoint> endpoints = composed.network().open();
        return composed.cluster()
                .join(with, steps)
                .thenComposeAsync(
                        joined ->
                                ClusterArea.enter(composed.lifecycle(), endpoints, arrivals(held)),
                        steps)
                .thenApply(opened -> new Entered(composed, endpoints, opened));
    }

    private @Nullable TopicArrivals arrivals(Held held) {
        return held.directory() == null
                ? null
                : new TopicArrivals(held.directory().path(), with.nodeId(), steps);
    }

    private Running serve(Held held, Entered entered, BrokerStartEvent event, long begunNanos) {
        refuseIfClosing();
        Composed composed = entered.composed();
        composed.partitions().start();
        composed.sessions().start();
        if (held.directory() != null && held.kept() != null) {
            held.directory()
                    .remember(
                            held.kept().started(with.assembly().continuity().protection().texts()));
        }
        composed.network().accept();
        Duration took = Duration.ofNanos(with.execution().clock().nanoTime() - begunNanos);
        tellOfStart(took);
        with.health().serving();
        OpenedPartitions opened = entered.opened();
        event.ended(with.nodeId(), held.clusterId(), opened.opened(), opened.failed());
        LOG.info(
                "node {} of cluster {} is ready after {} ms with {} partitions{}; authoriser {}",
                with.nodeId(),
                held.clusterId(),
                took.toMillis(),
                opened.opened(),
                opened.failed() == 0 ? "" : ", " + opened.failed() + " could not be opened",
                with.assembly().authorizer() == null
                        ? "none: everybody may do everything"
                        : with.assembly().authorizer().name());
        return new Running(
                held.clusterId(),
                held.directory(),
                entered.endpoints(),
                composed.cluster(),
                composed.partitions().partitions(),
                took);
    }

    private void tellOfStart(Duration took) {
        with.metrics().gauge("broker_start_nanos", "How long the start took.", took::toNanos);
        long since = Duration.ofMillis(with.execution().clock().wallMillis()).toSeconds();
        with.metrics()
                .gauge(
                        "broker_serving_since_seconds",
                        "When clients were first served, in seconds since 1970.",
                        () -> since);
    }

    /** A start goes no further once the broker has begun to stop. */
    private void refuseIfClosing() {
        if (closing.get()) {
            throw new IllegalStateException("the broker stopped while it started");
        }
    }

    // ---- the end

    private void fatal(String reason, Throwable cause) {
        LOG.error("the broker stops: {}", reason, cause);
        with.health().failed(reason);
        if (startFailure == null) {
            startFailure = new BrokerStartException(reason, cause);
        }
        stop(reason, true);
    }

    /**
     * Stops: answers what is in flight, closes every log cleanly. Completes when it is done, with
     * null, or with why the broker stopped by itself before.
     */
    CompletionStage<@Nullable String> close() {
        return stop(null, true);
    }

    /** Stops as the end of its process would, as far as one process can. */
    CompletionStage<@Nullable String> kill() {
        return stop(null, false);
    }

    private CompletionStage<@Nullable String> stop(@Nullable String reason, boolean cleanly) {
        if (closing.compareAndSet(false, true)) {
            with.health().stopping();
            steps.execute(() ->
                    with.parts()
                            .end(cleanly, steps)
                            .whenComplete((ended, failure) -> ended(reason)));
        }
        return stopped;
    }

    private void ended(@Nullable String reason) {
        Throwable failure = startFailure;
        started.completeExceptionally(
                failure != null
                        ? failure
                        : new IllegalStateException("the broker was closed while it started"));
        stopped.complete(reason);
    }

    /** Completes when the broker has stopped: with null if it was closed, else with why. */
    CompletionStage<@Nullable String> stopped() {
        return stopped;
    }

    // ---- what it says of itself

    /** What is known of it since it started; null before. */
    @Nullable Running running() {
        return started.isDone() && !started.isCompletedExceptionally() ? started.join() : null;
    }

    /** What it was composed with. */
    Composition composition() {
        return with;
    }

    /** Its plugins. */
    BrokerPlugins plugins() {
        return plugins;
    }
}
