package mortise.metadata.config;

import java.time.Duration;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/** What can be set about topics, cluster metadata and the controller. */
public final class MetadataSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    /** Whether a client that asks for an unknown topic gets it created. */
    public static final ConfigKey<Boolean> AUTO_CREATE =
            KEYS.add(
                    ConfigKey.of(
                                    "topics.auto-create",
                                    ConfigType.BOOLEAN,
                                    "Whether a topic that a client asks for is created if there is none, unless the client forbids it.")
                            .defaultsTo(true)
                            .alias("auto.create.topics.enable")
                            .whileRunning());

    /** The wait for an automatic creation. */
    public static final ConfigKey<Duration> AUTO_CREATE_WAIT =
            KEYS.add(
                    ConfigKey.of(
                                    "topics.auto-create-wait",
                                    ConfigType.DURATION,
                                    "How long an answer waits for a topic that it caused to be created, before it tells the client to ask again.")
                            .defaultsTo(Duration.ofSeconds(2))
                            .between(Duration.ZERO, Duration.ofMinutes(1)));

    /** The bound on automatic creation. */
    public static final ConfigKey<Integer> AUTO_CREATE_MAX_PARTITIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "topics.auto-create-max-partitions",
                                    ConfigType.INT,
                                    "The most partitions in the cluster with which a topic that a client asks for is still created by itself; beyond it topics are created by those who say so.")
                            .defaultsTo(10_000)
                            .between(0, 10_000_000));

    /** How many partitions a topic gets. */
    public static final ConfigKey<Integer> DEFAULT_PARTITIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "topics.default-partitions",
                                    ConfigType.INT,
                                    "How many partitions a topic gets if its creator does not say.")
                            .defaultsTo(1)
                            .atLeast(1)
                            .alias("num.partitions")
                            .whileRunning());

    /** How many replicas a partition gets. */
    public static final ConfigKey<Integer> DEFAULT_REPLICATION_FACTOR =
            KEYS.add(
                    ConfigKey.of(
                                    "topics.default-replication-factor",
                                    ConfigType.INT,
                                    "How many replicas a partition gets if its topic's creator does not say.")
                            .defaultsTo(1)
                            .between(1, (int) Short.MAX_VALUE)
                            .alias("default.replication.factor")
                            .whileRunning());

    /** Whether clients may delete topics. */
    public static final ConfigKey<Boolean> DELETABLE =
            KEYS.add(
                    ConfigKey.of(
                                    "topics.deletable",
                                    ConfigType.BOOLEAN,
                                    "Whether clients may delete topics.")
                            .defaultsTo(true)
                            .alias("delete.topic.enable")
                            .whileRunning());

    /** The bound on partition operations. */
    public static final ConfigKey<Integer> PARALLEL_PARTITION_OPERATIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "metadata.parallel-partition-operations",
                                    ConfigType.INT,
                                    "How many partitions are opened, changed or deleted at once.")
                            .defaultsTo(64)
                            .between(1, 10_000));

    /** The bound on responses that are built on an event loop. */
    public static final ConfigKey<Integer> LARGE_RESPONSE_PARTITIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "metadata.large-response-partitions",
                                    ConfigType.INT,
                                    "From how many partitions on an answer about the cluster is built off the event loop.")
                            .defaultsTo(2_000)
                            .between(0, Integer.MAX_VALUE));

    /** The bound on one answer of DescribeTopicPartitions. */
    public static final ConfigKey<Integer> MAX_DESCRIBED_PARTITIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "metadata.max-described-partitions",
                                    ConfigType.INT,
                                    "The most partitions in one answer about the partitions of topics; clients ask again for the rest.")
                            .defaultsTo(2_000)
                            .atLeast(1)
                            .alias("max.request.partition.size.limit"));

    /** The bound on waiting commands. */
    public static final ConfigKey<Integer> MAX_QUEUED_COMMANDS =
            KEYS.add(
                    ConfigKey.of(
                                    "controller.max-queued-commands",
                                    ConfigType.INT,
                                    "How many changes of the cluster may wait for the controller; further ones are refused until it has caught up.")
                            .defaultsTo(10_000)
                            .between(1, 1_000_000));

    /** The bound on partitions of a request. */
    public static final ConfigKey<Integer> MAX_PARTITIONS_PER_REQUEST =
            KEYS.add(
                    ConfigKey.of(
                                    "controller.max-partitions-per-request",
                                    ConfigType.INT,
                                    "The most partitions that one request may create.")
                            .defaultsTo(10_000)
                            .between(1, 1_000_000));

    /** The bound on partitions of the cluster. */
    public static final ConfigKey<Integer> MAX_PARTITIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "controller.max-partitions",
                                    ConfigType.INT,
                                    "The most partitions in the cluster; whoever would create more is refused.")
                            .defaultsTo(100_000)
                            .between(1, 10_000_000));

    /** The bound on producers that wait for an ID. */
    public static final ConfigKey<Integer> MAX_WAITING_PRODUCERS =
            KEYS.add(
                    ConfigKey.of(
                                    "controller.max-waiting-producers",
                                    ConfigType.INT,
                                    "How many producers may wait until the controller gives new producer IDs; further ones are told to ask again.")
                            .defaultsTo(50_000)
                            .between(1, 10_000_000));

    /** The bound on the text of a configuration. */
    public static final ConfigKey<Integer> MAX_CONFIG_LENGTH =
            KEYS.add(
                    ConfigKey.of(
                                    "controller.max-config-length",
                                    ConfigType.INT,
                                    "The most characters in the value of one configuration of a topic or broker that is changed while the cluster runs.")
                            .defaultsTo(32_767)
                            .between(1_024, 1 << 20));

    /** Where the broker stands. */
    public static final ConfigKey<String> RACK =
            KEYS.add(
                    ConfigKey.of(
                                    "node.rack",
                                    ConfigType.STRING,
                                    "Where this broker stands: a rack, a zone. Clients may prefer what is near.")
                            .alias("broker.rack"));

    /** All keys of this concern, with the defaults of topics. */
    public static final ConfigSchema SCHEMA = KEYS.build().and(TopicConfigs.DEFAULTS_SCHEMA);

    private MetadataSettings() {}
}
