package mortise.broker;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.api.TopicId;
import mortise.broker.cluster.BrokerLifecycle;
import mortise.broker.cluster.ControllerLoop;
import mortise.broker.cluster.LoggedPlacementFaults;
import mortise.broker.cluster.MetadataPublisher;
import mortise.broker.cluster.OpenedPartitions;
import mortise.broker.cluster.PartitionFollower;
import mortise.broker.cluster.ProducerIds;
import mortise.broker.cluster.api.ClusterApis;
import mortise.broker.cluster.api.ClusterFeatures;
import mortise.broker.config.BrokerSettings;
import mortise.broker.fetch.FetchHandler;
import mortise.broker.fetch.FetchSessions;
import mortise.broker.fetch.FetchSettings;
import mortise.broker.fetch.FetchSources;
import mortise.broker.flush.FlushCoordinator;
import mortise.broker.flush.FlushSettings;
import mortise.broker.net.ListenException;
import mortise.broker.net.ListenerConfig;
import mortise.broker.net.NetSettings;
import mortise.broker.net.NetworkServer;
import mortise.broker.partition.PartitionServices;
import mortise.broker.partition.PartitionSettings;
import mortise.broker.partition.Partitions;
import mortise.broker.partition.api.BatchOpenings;
import mortise.broker.partition.api.PartitionApis;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.MeteredAuthorizer;
import mortise.broker.plugin.MeteredCodec;
import mortise.broker.plugin.MeteredExporter;
import mortise.broker.plugin.MeteredPlacement;
import mortise.broker.plugin.MeteredQuorum;
import mortise.broker.plugin.MeteredStore;
import mortise.broker.plugin.PluginInstance;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.PluginSettings;
import mortise.broker.plugin.PluginStarts;
import mortise.broker.plugin.PluginWorld;
import mortise.broker.plugin.RefusedPluginException;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.FindCoordinatorRefusal;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestRouter;
import mortise.broker.runtime.DataDirectory;
import mortise.broker.runtime.DirectoryRecord;
import mortise.broker.runtime.FileBudget;
import mortise.broker.runtime.NamedThreads;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.broker.runtime.SystemTimers;
import mortise.broker.runtime.VirtualThreads;
import mortise.broker.telemetry.BrokerHealth;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.broker.telemetry.BrokerStartEvent;
import mortise.broker.telemetry.TelemetrySettings;
import mortise.metadata.BrokerImage;
import mortise.metadata.TopicSettingsSource;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.config.StoreTraits;
import mortise.metadata.controller.Controller;
import mortise.metadata.controller.PlacementRules;
import mortise.record.Codecs;
import mortise.spi.Lifecycle;
import mortise.spi.Provider;
import mortise.spi.auth.Authorizer;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.placement.ReplicaPlacement;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.StorageException;
import mortise.spi.telemetry.MetricsExporter;
import mortise.spi.telemetry.MetricsExporterProvider;
import mortise.wire.PluginActivityField;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker. Made by {@link BrokerBuilder}; thread-safe.
 *
 * <p>Its parts are started in the order in which they need each other, and closed in the reverse
 * order: clients first, so that every request in flight is answered, then partitions, quorum and
 * stores, and metrics exporters last, so that they can tell of it.
 */
public final class Broker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final Duration PRODUCER_ID_TIMEOUT = Duration.ofSeconds(10);

    private final Assembly assembly;
    private final @Nullable RefusedRequests refusals;
    private final BrokerSettings settings;
    private final BrokerMetrics metrics = new BrokerMetrics();
    private final BrokerHealth health = new BrokerHealth();
    private final Deque<Part> parts = new ArrayDeque<>();
    private final CompletableFuture<@Nullable String> stopped = new CompletableFuture<>();
    private final Map<String, URI> exporters = new ConcurrentHashMap<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final List<PluginInstance<?>> plugins = new CopyOnWriteArrayList<>();
    private final List<MeteredCodec> codecs;
    private @Nullable Running running;

    /** What is known once the broker runs. */
    private record Running(
            String clusterId,
            @Nullable DataDirectory directory,
            List<ListenerEndpoint> endpoints,
            MetadataPublisher publisher,
            Partitions partitions,
            Duration startTime) {}

    /** Something that was started and is to be closed, cleanly or as a killed process would. */
    private record Part(String name, AutoCloseable closing, AutoCloseable killing) {}

    private Broker(Assembly assembly, @Nullable RefusedRequests refusals) {
        this.assembly = assembly;
        this.refusals = refusals;
        this.settings = BrokerSettings.from(assembly.config());
        this.codecs =
                assembly.codecs().stream()
                        .map(plugin -> new MeteredCodec(plugin, assembly.clock()))
                        .toList();
    }

    static Broker start(Assembly assembly, @Nullable RefusedRequests refusals) {
        Broker broker = new Broker(assembly, refusals);
        try {
            broker.run();
            return broker;
        } catch (RefusedDirectoryException
                | ListenException
                | RefusedPluginException
                | StorageException refused) {
            broker.close();
            throw new BrokerStartException(String.valueOf(refused.getMessage()), refused);
        } catch (RuntimeException | Error failure) {
            broker.close();
            throw failure;
        }
    }

    private <T extends AutoCloseable> T part(String name, T started) {
        return part(name, started, started);
    }

    private <T extends AutoCloseable> T part(String name, T started, AutoCloseable killing) {
        parts.push(new Part(name, started, killing));
        return started;
    }

    private void run() {
        Clock clock = assembly.clock();
        long begun = clock.nanoTime();
        BrokerStartEvent event = BrokerStartEvent.begun();
        metrics.gauge(
                "broker_ready",
                "1 if clients are served and nothing is wrong, else 0.",
                () -> health.ready().good() ? 1 : 0);
        warnOfFewFiles(FileBudget.ofProcess());
        DataDirectory directory = assembly.usesDataDirectory() ? takeDataDirectory() : null;
        DirectoryRecord kept = directory == null ? noDirectory() : takenOver(directory);
        String clusterId =
                directory == null
                        ? TopicId.random(assembly.random()).toString()
                        : directory.clusterId();
        SystemTimers timers =
                part("timers", new SystemTimers(new NamedThreads("timer"), clock, metrics));
        part("plugins that were not put to use", () -> plugins.forEach(PluginInstance::release));
        startExporters(directory, timers);
        BrokerGauges gauges = new BrokerGauges(metrics);
        VirtualThreads blocking =
                part("blocking tasks", new VirtualThreads(settings.blockingTasks()));
        PartitionSettings partitionSettings = PartitionSettings.from(assembly.config());
        VirtualThreads openings =
                part("batch openings", new VirtualThreads(partitionSettings.batchOpenings()));
        Plugins made = startPlugins(directory, timers);
        Authorizer authorizer =
                made.authorizer() == null
                        ? Authorizer.ALLOW_ALL
                        : part("authorizer", new MeteredAuthorizer(made.authorizer()));
        Access access = new Access(authorizer);

        LogStore store = new MeteredStore(made.storage());
        part("storage", store, store::abandon);
        health.check(() -> BrokerGauges.failures(plugins));
        gauges.directories(store);
        health.check(() -> BrokerGauges.failures(store));
        FlushCoordinator flushes =
                part(
                        "flushers",
                        FlushCoordinator.threaded(
                                FlushSettings.from(assembly.config()),
                                NamedThreads::new,
                                clock,
                                metrics));
        PartitionServices services =
                new PartitionServices(
                        settings.nodeId(),
                        clock,
                        timers,
                        blocking,
                        metrics,
                        NamedThreads::new,
                        flushes);
        Partitions partitions =
                part("partitions", new Partitions(partitionSettings, store, services));
        health.check(() -> BrokerGauges.missing(partitions));
        gauges.partitions(TelemetrySettings.from(assembly.config()), partitions);
        part("open logs", () -> await(partitions.stop()), () -> {});

        BrokerConfigs configs =
                new BrokerConfigs(
                        settings.nodeId(),
                        assembly.config(),
                        new StoreTraits(
                                assembly.storage().name(), assembly.storage().capabilities()));
        MetadataSettings metadata = MetadataSettings.from(assembly.config());
        MetadataPublisher publisher =
                new MetadataPublisher(
                        new PartitionFollower(
                                settings.nodeId(),
                                new TopicSettingsSource(
                                        configs,
                                        settings.durability() == BrokerSettings.Durability.FSYNC),
                                partitions,
                                metadata.parallelPartitionOperations(),
                                timers,
                                metrics),
                        serial("metadata"),
                        this::fatal,
                        metrics);
        PlacementRules placements =
                new PlacementRules(
                        assembly.placement().name(),
                        part("placement", new MeteredPlacement(made.placement())),
                        new LoggedPlacementFaults(assembly.placement().name()));
        MetadataQuorum quorum = part("quorum", new MeteredQuorum(made.consensus()));
        gauges.quorum(quorum);
        health.check(() -> BrokerGauges.leaderless(publisher.leadership()));
        ControllerLoop controller =
                part(
                        "controller",
                        new ControllerLoop(
                                new Controller(configs, metadata, placements, assembly.random()),
                                quorum,
                                publisher,
                                timers,
                                metadata,
                                clock,
                                metrics));
        BrokerLifecycle lifecycle =
                new BrokerLifecycle(
                        new BrokerLifecycle.Self(clusterId, settings.nodeId(), metadata.rack()),
                        publisher,
                        controller,
                        clock,
                        timers,
                        assembly.random());

        List<ApiHandler<?>> handlers =
                new ArrayList<>(
                        ClusterApis.handlers(
                                settings.nodeId(),
                                publisher,
                                controller,
                                configs,
                                metadata,
                                new StoredLogs(store, partitions),
                                this::activities,
                                access,
                                blocking));
        AdvertisedBrokers endpoints = new AdvertisedBrokers(settings.nodeId(), publisher);
        handlers.addAll(
                PartitionApis.handlers(
                        new PartitionApis.Services(
                                partitions,
                                partitionSettings,
                                access,
                                endpoints,
                                new ProducerIds(
                                                settings.nodeId(),
                                                controller,
                                                PRODUCER_ID_TIMEOUT,
                                                metadata.maxWaitingProducers())
                                        ::next,
                                new BatchOpenings(openings, Codecs.load(codecs)),
                                clock)));
        handlers.add(new FindCoordinatorRefusal());
        FetchSettings fetching = FetchSettings.from(assembly.config());
        FetchSessions sessions =
                new FetchSessions(fetching, clock, timers, assembly.random(), metrics);
        handlers.add(
                new FetchHandler(
                        fetching,
                        new FetchSources(
                                partitions, access, endpoints, blocking, clock, timers, metrics),
                        sessions));
        RequestRouter router =
                new RequestRouter(
                        refusals == null ? handlers : refusals.before(handlers),
                        new ClusterFeatures(settings.nodeId(), publisher),
                        metrics,
                        blocking);
        NetworkServer network =
                new NetworkServer(
                        NetSettings.from(assembly.config()), listeners(), router, clock, metrics);
        part("network", network, network::abort);
        network.open();
        controller.start(serial("controller"));
        quorum.start(publisher);
        OpenedPartitions opened = await(lifecycle.enter(reachable(network.endpoints())));
        partitions.start();
        sessions.start();
        if (directory != null && kept != null) {
            directory.remember(kept.started(assembly.continuity().protection().texts()));
        }
        network.accept();
        Duration took = Duration.ofNanos(clock.nanoTime() - begun);
        running =
                new Running(clusterId, directory, network.endpoints(), publisher, partitions, took);
        started(clock, took);
        health.serving();
        event.ended(settings.nodeId(), clusterId, opened.opened(), opened.failed());
        LOG.info(
                "node {} of cluster {} is ready after {} ms with {} partitions{}; authoriser {}",
                settings.nodeId(),
                clusterId,
                took.toMillis(),
                opened.opened(),
                opened.failed() == 0 ? "" : ", " + opened.failed() + " could not be opened",
                assembly.authorizer() == null
                        ? "none: everybody may do everything"
                        : assembly.authorizer().name());
    }

    /** A thread that runs tasks one after the other. */
    private Executor serial(String role) {
        return part(role + " thread", Executors.newSingleThreadExecutor(new NamedThreads(role)));
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

    private DataDirectory takeDataDirectory() {
        return part(
                "data directory",
                DataDirectory.open(settings.dataDirectory(), settings.nodeId(), assembly.random()));
    }

    /** Without a directory of its own: one that was named must not be another broker's. */
    private @Nullable DirectoryRecord noDirectory() {
        DirectoryKeepers.examine(assembly);
        return null;
    }

    /** What the directory is to remember; it remembers its keepers before they write anything. */
    private DirectoryRecord takenOver(DataDirectory directory) {
        DirectoryKeepers keepers = new DirectoryKeepers(assembly, directory.path());
        DirectoryRecord kept = directory.formatted() ? keepers.formatted() : keepers.accepted();
        keepers.refuseLoosening(kept);
        directory.remember(kept);
        return kept;
    }

    private void started(Clock clock, Duration took) {
        metrics.gauge("broker_start_nanos", "How long the start took.", took::toNanos);
        long since = Duration.ofMillis(clock.wallMillis()).toSeconds();
        metrics.gauge(
                "broker_serving_since_seconds",
                "When clients were first served, in seconds since 1970.",
                () -> since);
    }

    /** Exporters start before everything else, so that they can tell of it. */
    private void startExporters(@Nullable DataDirectory directory, SystemTimers timers) {
        PluginStarts starts = new PluginStarts();
        Map<String, MetricsExporter> started = new LinkedHashMap<>();
        for (FoundPlugin<MetricsExporterProvider> plugin : assembly.exporters()) {
            MeteredExporter exporter =
                    part(
                            "metrics exporter " + plugin.name(),
                            new MeteredExporter(create(plugin, directory, timers)));
            exporter.begin(starts, metrics, health);
            started.put(plugin.name(), exporter);
        }
        starts.await();
        started.forEach((name, exporter) ->
                exporter.address().ifPresent(address -> exporters.put(name, address)));
    }

    /** The plugins of which a broker has one, started. */
    private record Plugins(
            @Nullable PluginInstance<Authorizer> authorizer,
            PluginInstance<LogStore> storage,
            PluginInstance<ReplicaPlacement> placement,
            PluginInstance<MetadataQuorum> consensus) {}

    private Plugins startPlugins(@Nullable DataDirectory directory, SystemTimers timers) {
        Plugins made =
                new Plugins(
                        assembly.authorizer() == null
                                ? null
                                : create(assembly.authorizer(), directory, timers),
                        create(assembly.storage(), directory, timers),
                        create(assembly.placement(), directory, timers),
                        create(assembly.consensus(), directory, timers));
        PluginStarts starts = new PluginStarts();
        if (made.authorizer() != null) {
            starts.begin(made.authorizer());
        }
        starts.begin(made.storage());
        starts.begin(made.placement());
        starts.begin(made.consensus());
        starts.await();
        return made;
    }

    private <T extends Lifecycle> PluginInstance<T> create(
            FoundPlugin<? extends Provider<T>> plugin,
            @Nullable DataDirectory directory,
            SystemTimers timers) {
        PluginInstance<T> instance =
                PluginInstance.create(
                        plugin,
                        assembly.configOf(plugin),
                        PluginSettings.from(assembly.config()),
                        new PluginWorld(
                                settings.nodeId(),
                                assembly.clock(),
                                timers,
                                metrics,
                                assembly.random(),
                                name ->
                                        directory != null && assembly.usesDataDirectory(plugin)
                                                ? directory.subdirectory(name)
                                                : null));
        plugins.add(instance);
        return instance;
    }

    private List<ListenerConfig> listeners() {
        return settings.listeners().stream()
                .map(listener ->
                        new ListenerConfig(listener.name(), listener.bind(), listener.advertised()))
                .toList();
    }

    private static List<BrokerImage.Endpoint> reachable(List<ListenerEndpoint> endpoints) {
        return endpoints.stream()
                .map(endpoint -> {
                    HostPort told =
                            endpoint.advertised() == null
                                    ? endpoint.bound()
                                    : endpoint.advertised();
                    return new BrokerImage.Endpoint(endpoint.name(), told);
                })
                .toList();
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failure;
        }
    }

    private void fatal(String reason, Throwable cause) {
        LOG.error("the broker stops: {}", reason, cause);
        health.failed(reason);
        // not on the caller's thread: it belongs to a part that is about to be closed
        new NamedThreads("stop").newThread(() -> stop(reason)).start();
    }

    /** What the broker says of itself now. */
    public BrokerStatus status() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("the broker does not run");
        }
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
                settings.nodeId(),
                bound,
                advertised,
                directory == null ? null : directory.path(),
                directory != null && directory.formatted(),
                assembly.keepsRecords()
                        ? BrokerSettings.DURABILITY.type().format(settings.durability())
                        : BrokerStatus.NO_DURABILITY,
                plugins(),
                Map.copyOf(exporters),
                now.publisher().image().topicCount(),
                now.partitions().all().size(),
                now.startTime(),
                metrics.values());
    }

    private List<PluginActivityField.Activity> activities() {
        return plugins().stream()
                .map(plugin ->
                        new PluginActivityField.Activity(
                                plugin.kind(),
                                plugin.name(),
                                plugin.state(),
                                plugin.calls(),
                                plugin.time().toNanos(),
                                plugin.failures()))
                .toList();
    }

    private List<BrokerStatus.Plugin> plugins() {
        List<BrokerStatus.Plugin> all = new ArrayList<>();
        for (PluginInstance<?> instance : plugins) {
            FoundPlugin<?> plugin = instance.plugin();
            all.add(
                    BrokerStatus.Plugin.of(
                            plugin.kind(),
                            plugin.name(),
                            plugin.capabilities(),
                            instance.state().name().toLowerCase(Locale.ROOT),
                            instance.usage()));
        }
        for (MeteredCodec codec : codecs) {
            all.add(
                    BrokerStatus.Plugin.of(
                            PluginKind.CODEC, codec.name(), Set.of(), "started", codec.usage()));
        }
        return all;
    }

    /**
     * Waits until the broker has stopped.
     *
     * @return null if it was closed, else why it stopped by itself
     */
    public @Nullable String awaitStop() throws InterruptedException {
        try {
            return stopped.get();
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
        stop(null);
    }

    /**
     * Stops the broker as the end of its process would, as far as one process can: connections are
     * reset, nothing in flight is answered, nothing is flushed, and nothing says that the logs were
     * closed cleanly. Threads, files and ports are given back all the same. For tests of what
     * survives.
     */
    public void kill() {
        stop(null, Part::killing);
    }

    private void stop(@Nullable String reason) {
        stop(reason, Part::closing);
    }

    private void stop(@Nullable String reason, Function<Part, AutoCloseable> how) {
        if (!closing.compareAndSet(false, true)) {
            stopped.join();
            return;
        }
        health.stopping();
        for (Part part = parts.poll(); part != null; part = parts.poll()) {
            try {
                how.apply(part).close();
            } catch (Exception failure) {
                LOG.error("closing the {} failed", part.name(), failure);
            }
        }
        stopped.complete(reason);
    }
}
