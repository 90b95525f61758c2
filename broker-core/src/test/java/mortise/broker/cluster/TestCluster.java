package mortise.broker.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.api.metrics.Metrics;
import mortise.metadata.BrokerImage;
import mortise.metadata.ClusterImage;
import mortise.metadata.TopicImage;
import mortise.metadata.TopicSettingsSource;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.config.StoreTraits;
import mortise.metadata.controller.Controller;
import mortise.metadata.controller.ControllerCommand;
import mortise.metadata.controller.ControllerCommand.CreateTopics;
import mortise.metadata.controller.ControllerCommand.CreatedTopic;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.metadata.controller.PlacementRules;
import mortise.placement.spread.SpreadProvider;
import mortise.spi.Capability;
import mortise.spi.placement.PlacementProvider;
import mortise.tck.sim.SimClock;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import mortise.tck.sim.SimTimers;
import org.jspecify.annotations.Nullable;

/**
 * Controller, publisher and quorum of one broker, in one thread: {@link #run} does what is to be
 * done.
 */
public final class TestCluster {
    /** The broker's number. */
    public static final int NODE = 1;

    /**
     * A key as other concerns have them: only at the start, under Kafka's name, in a form of our
     * own.
     */
    public static final ConfigKey<Duration> IDLE =
            ConfigKey.of("net.idle", ConfigType.DURATION, "Idle time.")
                    .defaultsTo(Duration.ofMinutes(10))
                    .alias("connections.max.idle.ms");

    /** A secret. */
    public static final ConfigKey<String> SECRET =
            ConfigKey.of("net.secret", ConfigType.STRING, "A secret.").hidden();

    /** All keys of the broker. */
    public static final ConfigSchema SCHEMA =
            MetadataSettings.SCHEMA.and(ConfigSchema.of(IDLE, SECRET));

    /** A store that can do everything but compact. */
    public static final StoreTraits STORE =
            new StoreTraits(
                    "test",
                    Set.of(
                            Capability.DURABLE,
                            Capability.RETENTION,
                            Capability.SIDECARS,
                            Capability.SEALED_SEGMENTS));

    /** The placement that brokers use unless they are told otherwise. */
    public static final PlacementRules SPREAD = rules(new SpreadProvider());

    public final SimClock clock = new SimClock();
    public final SimTimers timers = new SimTimers(clock);
    public final QueuedTasks publications = new QueuedTasks();
    public final QueuedTasks decisions = new QueuedTasks();
    public final MemoryQuorum quorum;
    public final RecordingApplier applier;
    public final List<String> fatal = new ArrayList<>();
    public final BrokerConfigs configs;
    public final Config config;
    public final Controller controller;
    public final MetadataPublisher publisher;
    public final ControllerLoop loop;
    public final BrokerLifecycle lifecycle;

    private TestCluster(
            MemoryQuorum quorum,
            RecordingApplier applier,
            Map<String, String> settings,
            StoreTraits store,
            long seed) {
        this.quorum = quorum;
        this.applier = applier;
        config = Config.of(SCHEMA, settings);
        configs = new BrokerConfigs(NODE, config, store);
        controller = new Controller(configs, config, SPREAD, new SplittableRandom(seed));
        publisher =
                new MetadataPublisher(
                        new PartitionFollower(
                                NODE,
                                new TopicSettingsSource(configs, false),
                                applier,
                                config.get(MetadataSettings.PARALLEL_PARTITION_OPERATIONS),
                                timers,
                                Metrics.discarding()),
                        publications,
                        (reason, cause) -> fatal.add(reason),
                        Metrics.discarding());
        loop =
                new ControllerLoop(
                        controller, quorum, publisher, timers, config, clock, Metrics.discarding());
        loop.start(decisions);
        lifecycle =
                new BrokerLifecycle(
                        new BrokerLifecycle.Self(
                                "test-cluster",
                                NODE,
                                config.find(MetadataSettings.RACK).orElse(null)),
                        publisher,
                        loop,
                        clock,
                        timers,
                        new SplittableRandom(seed + 1));
    }

    /** The rules for a placement plugin without configuration. */
    public static PlacementRules rules(PlacementProvider provider) {
        return new PlacementRules(
                provider.name(),
                provider.create(
                        Config.defaults(provider.config()), SimContext.on(SimDisk.create(1), 1)),
                new LoggedPlacementFaults(provider.name()));
    }

    /** A cluster of one broker that clients may come to. */
    public static TestCluster started() {
        return started(Map.of());
    }

    /** The same with this configuration. */
    public static TestCluster started(Map<String, String> config) {
        TestCluster cluster = fresh(config, STORE);
        cluster.enter();
        return cluster;
    }

    /** A cluster whose broker has not entered. */
    public static TestCluster fresh(Map<String, String> config, StoreTraits store) {
        return new TestCluster(new MemoryQuorum(), new RecordingApplier(), config, store, 7);
    }

    /** The next run of this broker: the same metadata log and the same store. */
    public TestCluster restarted() {
        RecordingApplier next = new RecordingApplier();
        next.stored.addAll(applier.stored);
        return new TestCluster(quorum, next, Map.of(), STORE, 8);
    }

    /** Lets the broker enter its cluster. */
    public OpenedPartitions enter() {
        quorum.start(publisher);
        return await(
                lifecycle.enter(
                        List.of(
                                new BrokerImage.Endpoint(
                                        "PLAINTEXT", new HostPort("broker.test", 9092)))));
    }

    /** Does everything that can be done now. */
    public void run() {
        boolean ran;
        do {
            ran = publications.run();
            ran |= decisions.run();
        } while (ran);
    }

    /** What a stage gives once everything is done. */
    public <T> T await(CompletionStage<T> stage) {
        run();
        CompletableFuture<T> future = stage.toCompletableFuture();
        if (!future.isDone()) {
            throw new AssertionError("nothing is left to do, but there is no answer");
        }
        try {
            return future.get();
        } catch (ExecutionException failed) {
            throw new CompletionException(failed.getCause());
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** Carries a command out. */
    public <R> R submit(ControllerCommand<R> command) {
        return await(loop.submit(command, Duration.ofSeconds(30)));
    }

    /** Creates a topic that can be created. */
    public TopicImage create(String name, int partitions, String... configs) {
        CreatedTopic created =
                submit(new CreateTopics(List.of(topic(name, partitions, configs)), false))
                        .getFirst();
        if (!created.verdict().accepted()) {
            throw new AssertionError(created.verdict().message());
        }
        TopicImage topic = image().topic(name);
        if (topic == null) {
            throw new AssertionError("no topic " + name);
        }
        return topic;
    }

    /** A topic to be created, with configurations as {@code name=value}. */
    public static NewTopic topic(String name, int partitions, String... configs) {
        Map<String, @Nullable String> values = new HashMap<>();
        Arrays.stream(configs)
                .forEach(config -> {
                    int equals = config.indexOf('=');
                    values.put(config.substring(0, equals), config.substring(equals + 1));
                });
        return new NewTopic(name, partitions, -1, Map.of(), values);
    }

    /** The cluster as it is published. */
    public ClusterImage image() {
        return publisher.image();
    }
}
