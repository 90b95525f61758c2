package mortise.broker.group;

import java.time.Duration;
import mortise.api.DataSize;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.coordinator.group.GroupSettings;

/** What can be set about groups and their offsets. */
public final class GroupConfigs {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<Duration> MIN_SESSION_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "groups.min-session-timeout",
                                    ConfigType.DURATION,
                                    "The shortest time that a member of a classic group may ask not to be missed for; a shorter one is refused.")
                            .defaultsTo(Duration.ofSeconds(6))
                            .between(Duration.ofMillis(1), Duration.ofDays(1))
                            .alias("group.min.session.timeout.ms"));
    static final ConfigKey<Duration> MAX_SESSION_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "groups.max-session-timeout",
                                    ConfigType.DURATION,
                                    "The longest time that a member of a classic group may ask not to be missed for; a longer one is refused.")
                            .defaultsTo(Duration.ofMinutes(30))
                            .between(Duration.ofMillis(1), Duration.ofDays(20))
                            .alias("group.max.session.timeout.ms"));
    static final ConfigKey<Duration> INITIAL_REBALANCE_DELAY =
            KEYS.add(
                    ConfigKey.of(
                                    "groups.initial-rebalance-delay",
                                    ConfigType.DURATION,
                                    "How long a classic group that was empty waits for more members once the first has joined; each that comes meanwhile lets it wait again.")
                            .defaultsTo(Duration.ofSeconds(3))
                            .between(Duration.ZERO, Duration.ofDays(1))
                            .alias("group.initial.rebalance.delay.ms"));
    static final ConfigKey<Integer> MAX_MEMBERS =
            KEYS.add(
                    ConfigKey.of(
                                    "groups.max-members",
                                    ConfigType.INT,
                                    "How many members a classic group may have; further ones are refused.")
                            .defaultsTo(100_000)
                            .atLeast(1)
                            .alias("group.max.size"));
    static final ConfigKey<DataSize> MAX_GROUP_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "groups.max-group-bytes",
                                    ConfigType.SIZE,
                                    "How much the members of one classic group may say of themselves and be assigned, together; what is more is refused.")
                            .defaultsTo(DataSize.ofMebibytes(16))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(64)));
    static final ConfigKey<Duration> SESSION_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "groups.session-timeout",
                                    ConfigType.DURATION,
                                    "How long a member of a group that the broker balances may be silent before it is taken out.")
                            .defaultsTo(Duration.ofSeconds(45))
                            .between(Duration.ofMillis(100), Duration.ofDays(1))
                            .alias("group.consumer.session.timeout.ms"));
    static final ConfigKey<Duration> HEARTBEAT_INTERVAL =
            KEYS.add(
                    ConfigKey.of(
                                    "groups.heartbeat-interval",
                                    ConfigType.DURATION,
                                    "How often members of a group that the broker balances are told to be heard.")
                            .defaultsTo(Duration.ofSeconds(5))
                            .between(Duration.ofMillis(10), Duration.ofDays(1))
                            .alias("group.consumer.heartbeat.interval.ms"));
    static final ConfigKey<Integer> MAX_BALANCED_MEMBERS =
            KEYS.add(
                    ConfigKey.of(
                                    "groups.max-balanced-members",
                                    ConfigType.INT,
                                    "How many members a group may have that the broker balances; further ones are refused.")
                            .defaultsTo(10_000)
                            .atLeast(1)
                            .alias("group.consumer.max.size"));
    static final ConfigKey<Integer> MAX_METADATA_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "offsets.max-metadata-bytes",
                                    ConfigType.INT,
                                    "How much a consumer may keep beside a committed offset.")
                            .defaultsTo(4_096)
                            .between(0, 32_767)
                            .alias("offset.metadata.max.bytes"));
    static final ConfigKey<Duration> RETENTION =
            KEYS.add(
                    ConfigKey.of(
                                    "offsets.retention",
                                    ConfigType.DURATION,
                                    "How long the offsets of a group are kept once it has no members, or no longer subscribes to their topic. Apache Kafka: offsets.retention.minutes.")
                            .defaultsTo(Duration.ofDays(7))
                            .between(Duration.ofMinutes(1), Duration.ofDays(36_500)));
    static final ConfigKey<Duration> RETENTION_CHECK =
            KEYS.add(
                    ConfigKey.of(
                                    "offsets.retention-check-interval",
                                    ConfigType.DURATION,
                                    "How often offsets are looked through for those that are kept no longer.")
                            .defaultsTo(Duration.ofMinutes(10))
                            .between(Duration.ofMillis(1), Duration.ofDays(1))
                            .alias("offsets.retention.check.interval.ms"));
    static final ConfigKey<Duration> COMMIT_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "offsets.commit-timeout",
                                    ConfigType.DURATION,
                                    "How long an answer about a group waits until what it says is stored as durably as the topic asks for.")
                            .defaultsTo(Duration.ofSeconds(5))
                            .between(Duration.ofMillis(1), Duration.ofHours(1))
                            .alias("offsets.commit.timeout.ms"));
    static final ConfigKey<Integer> TOPIC_PARTITIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "offsets.topic-partitions",
                                    ConfigType.INT,
                                    "How many partitions __consumer_offsets gets when it is made.")
                            .defaultsTo(50)
                            .between(1, 10_000)
                            .alias("offsets.topic.num.partitions"));
    static final ConfigKey<Integer> TOPIC_REPLICATION_FACTOR =
            KEYS.add(
                    ConfigKey.of(
                                    "offsets.topic-replication-factor",
                                    ConfigType.INT,
                                    "How many replicas __consumer_offsets gets when it is made; fewer if there are fewer brokers then.")
                            .defaultsTo(3)
                            .between(1, (int) Short.MAX_VALUE)
                            .alias("offsets.topic.replication.factor"));
    static final ConfigKey<DataSize> TOPIC_SEGMENT_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "offsets.topic-segment-bytes",
                                    ConfigType.SIZE,
                                    "The segment size that __consumer_offsets gets when it is made.")
                            .defaultsTo(DataSize.ofMebibytes(100))
                            .between(DataSize.ofMebibytes(1), DataSize.ofMebibytes(1_024))
                            .alias("offsets.topic.segment.bytes"));

    /** Every key of this concern. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    private GroupConfigs() {}

    static GroupSettings settings(Config config) {
        return new GroupSettings(
                new GroupSettings.Classic(
                        (int) config.get(MIN_SESSION_TIMEOUT).toMillis(),
                        (int) config.get(MAX_SESSION_TIMEOUT).toMillis(),
                        (int) config.get(INITIAL_REBALANCE_DELAY).toMillis(),
                        config.get(MAX_MEMBERS),
                        (int) config.get(MAX_GROUP_BYTES).bytes()),
                new GroupSettings.Consumer(
                        (int) config.get(SESSION_TIMEOUT).toMillis(),
                        (int) config.get(HEARTBEAT_INTERVAL).toMillis(),
                        config.get(MAX_BALANCED_MEMBERS),
                        GroupSettings.assignors()),
                config.get(MAX_METADATA_BYTES),
                config.get(RETENTION).toMillis(),
                config.get(RETENTION_CHECK).toMillis());
    }
}
