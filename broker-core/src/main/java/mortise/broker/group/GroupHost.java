package mortise.broker.group;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.config.Config;
import mortise.broker.cluster.ControllerGateway;
import mortise.broker.cluster.ImageListener;
import mortise.broker.cluster.MetadataPublisher;
import mortise.broker.coordinator.Coordinators;
import mortise.broker.coordinator.ShardServices;
import mortise.broker.partition.Partitions;
import mortise.coordinator.Reply;
import mortise.coordinator.group.GroupCoordinator;
import mortise.coordinator.group.GroupSettings;
import mortise.coordinator.group.TopicCatalog;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageChange;
import mortise.metadata.TopicImage;
import mortise.metadata.controller.ControllerCommand.CreateTopics;
import mortise.metadata.controller.ControllerCommand.CreatedTopic;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import org.jspecify.annotations.Nullable;

/** The groups of this broker, and the topic that their records lie in. Thread-safe. */
public final class GroupHost implements ImageListener {
    /** The topic of the records of all groups. */
    public static final String TOPIC = "__consumer_offsets";

    private static final Duration CREATION_WAIT = Duration.ofSeconds(10);
    private static final int COMMAND_BYTES = 256;

    private final Config config;
    private final MetadataPublisher publisher;
    private final ControllerGateway controller;
    private final Coordinators<GroupCoordinator> coordinators;

    /** The creation of the topic that is under way, so that there is one at a time. */
    private @Nullable CompletionStage<Integer> creation;

    /** What an image is read from and changed through. */
    public record Cluster(MetadataPublisher publisher, ControllerGateway controller) {}

    /**
     * A host of no groups yet; to be made before partitions are opened.
     *
     * @param random makes the IDs of members
     */
    public GroupHost(
            Config config,
            Cluster cluster,
            Partitions partitions,
            RandomGenerator random,
            ShardServices services) {
        this.config = config;
        this.publisher = cluster.publisher();
        this.controller = cluster.controller();
        GroupSettings settings = GroupConfigs.settings(config);
        TopicCatalog topics = new ImageTopics(publisher);
        this.coordinators =
                Coordinators.of(
                        TOPIC,
                        partitions,
                        () -> new GroupCoordinator(settings, topics, random),
                        services);
        publisher.listen(this);
    }

    /** How long an answer about a group may wait. */
    public static Duration commitTimeout(Config config) {
        return config.get(GroupConfigs.COMMIT_TIMEOUT);
    }

    // ---- the topic

    /** The cluster as it is. */
    public ClusterImage image() {
        return publisher.image();
    }

    /** The topic, or null if it has not been made yet. */
    public @Nullable TopicImage topic() {
        return image().topic(TOPIC);
    }

    /** Which of so many partitions a group, or another ID, belongs to. */
    public static int partitionOf(String id, int partitions) {
        return (id.hashCode() & Integer.MAX_VALUE) % partitions;
    }

    /** The number of partitions of the topic, which is made if it is not there. */
    public synchronized CompletionStage<Integer> partitions() {
        TopicImage topic = topic();
        if (topic != null) {
            return CompletableFuture.completedStage(topic.partitions().size());
        }
        CompletionStage<Integer> current = creation;
        if (current == null) {
            current = create();
            creation = current;
            current.whenComplete((partitions, failure) -> created());
        }
        return current;
    }

    private synchronized void created() {
        creation = null;
    }

    private CompletionStage<Integer> create() {
        int brokers = Math.max(1, publisher.image().brokers().size());
        NewTopic topic =
                new NewTopic(
                        TOPIC,
                        config.get(GroupConfigs.TOPIC_PARTITIONS),
                        Math.min(config.get(GroupConfigs.TOPIC_REPLICATION_FACTOR), brokers),
                        Map.of(),
                        Map.of(
                                "cleanup.policy", "compact",
                                "compression.type", "producer",
                                "segment.bytes",
                                        Long.toString(
                                                config.get(GroupConfigs.TOPIC_SEGMENT_BYTES)
                                                        .bytes())));
        return controller
                .submit(new CreateTopics(List.of(topic), false), CREATION_WAIT)
                .thenApply(created -> partitions(created.getFirst()));
    }

    private static int partitions(CreatedTopic created) {
        if (created.verdict().accepted()) {
            return created.partitions();
        }
        throw new RefusedException(
                ErrorCode.COORDINATOR_NOT_AVAILABLE,
                "groups need the topic "
                        + TOPIC
                        + ", which cannot be made: "
                        + created.verdict().message());
    }

    // ---- commands

    /**
     * Asks the coordinator of a group.
     *
     * @param bytes how large the request is
     * @param enqueued run once later commands come after this one
     * @param <R> the answer
     */
    public <R> void ask(
            String groupId,
            int bytes,
            GroupDecision<R> decision,
            Reply<R> reply,
            Runnable enqueued) {
        TopicImage topic = topic();
        if (topic == null) {
            reply.refuse(ErrorCode.NOT_COORDINATOR);
            enqueued.run();
            return;
        }
        coordinators.submit(
                partitionOf(groupId, topic.partitions().size()),
                new GroupCommand<>(COMMAND_BYTES + bytes, decision, reply),
                enqueued);
    }

    /** The partitions whose groups are looked after here. */
    public List<Integer> coordinated() {
        return coordinators.indexes();
    }

    /** Asks the coordinator of a partition. */
    public <R> void askPartition(int partition, GroupDecision<R> decision, Reply<R> reply) {
        coordinators.submit(
                partition, new GroupCommand<>(COMMAND_BYTES, decision, reply), () -> {});
    }

    // ---- what happens to topics

    @Override
    public void changed(ImageChange change) {
        if (change.removed().isEmpty()) {
            return;
        }
        Set<String> gone =
                change.removed().stream().map(TopicImage::name).collect(Collectors.toSet());
        coordinators.act(
                "topics that were deleted",
                (groups, context) -> groups.topicsDeleted(gone, context));
    }
}
