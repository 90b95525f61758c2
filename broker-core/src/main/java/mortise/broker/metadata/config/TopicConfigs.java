package mortise.broker.metadata.config;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.spi.Capability;
import org.jspecify.annotations.Nullable;

/**
 * All topic configurations of Apache Kafka 4.4, by name. What each accepts is Kafka's; what this
 * broker cannot serve is refused with the reason.
 */
public final class TopicConfigs {
    private static final String WITH_COMPACTION =
            "kept; takes effect with cleanup.policy=compact, which a store without compaction refuses";
    private static final String WITH_TIERING =
            "kept; takes effect with remote.storage.enable=true, which is refused";
    private static final String WITH_RECOMPRESSION =
            "kept; takes effect with a compression.type that recompresses, which is refused";
    private static final Pattern THROTTLED = Pattern.compile("\\d+:\\d+");

    /** {@code delete}, {@code compact}, both or nothing. */
    public static final TopicConfig<String> CLEANUP_POLICY =
            TopicConfig.of(
                            "cleanup.policy",
                            ConfigKind.LIST,
                            ConfigType.STRING,
                            "delete",
                            "How old data goes: delete drops segments by age and size, compact keeps the last record of each key, both does both, and an empty list keeps everything.")
                    .checked("a list of: compact, delete", TopicConfigs::policyProblem)
                    .underBrokerName("log.cleanup.policy")
                    .refusing(TopicConfigs::policyRefusal)
                    .honoured(
                            "delete and the empty list are honoured; compact needs a store with compaction");

    /** Recompression. */
    public static final TopicConfig<String> COMPRESSION_TYPE =
            TopicConfig.of(
                            "compression.type",
                            ConfigKind.STRING,
                            ConfigType.STRING,
                            "producer",
                            "With which codec records are kept: producer keeps them as the producer compressed them.")
                    .checked(
                            "one of: uncompressed, zstd, lz4, snappy, gzip, producer",
                            oneOf(
                                    Set.of(
                                            "uncompressed",
                                            "zstd",
                                            "lz4",
                                            "snappy",
                                            "gzip",
                                            "producer")))
                    .underBrokerName("compression.type")
                    .refusing((type, store) ->
                            type.strip().equals("producer")
                                    ? null
                                    : "batches pass through this broker as the producer made them, it does not recompress; use producer, and set the codec at the producer")
                    .honoured(
                            "producer is honoured; everything else is refused, because batches pass through unopened");

    /** A level of gzip. */
    public static final TopicConfig<Integer> GZIP_LEVEL =
            TopicConfig.of(
                            "compression.gzip.level",
                            ConfigKind.INT,
                            ConfigType.INT,
                            -1,
                            "The level of gzip, if compression.type is gzip.")
                    .checked(
                            "1 to 9, or -1",
                            level ->
                                    level == -1 || (level >= 1 && level <= 9)
                                            ? null
                                            : "is neither within 1 to 9 nor -1")
                    .underBrokerName("compression.gzip.level")
                    .honoured(WITH_RECOMPRESSION);

    /** A level of lz4. */
    public static final TopicConfig<Integer> LZ4_LEVEL =
            TopicConfig.of(
                            "compression.lz4.level",
                            ConfigKind.INT,
                            ConfigType.INT,
                            9,
                            "The level of lz4, if compression.type is lz4.")
                    .between(1, 17)
                    .underBrokerName("compression.lz4.level")
                    .honoured(WITH_RECOMPRESSION);

    /** A level of zstd. */
    public static final TopicConfig<Integer> ZSTD_LEVEL =
            TopicConfig.of(
                            "compression.zstd.level",
                            ConfigKind.INT,
                            ConfigType.INT,
                            3,
                            "The level of zstd, if compression.type is zstd.")
                    .between(-131_072, 22)
                    .underBrokerName("compression.zstd.level")
                    .honoured(WITH_RECOMPRESSION);

    /** How long tombstones stay. */
    public static final TopicConfig<Long> DELETE_RETENTION_MS =
            millis(
                            "delete.retention.ms",
                            86_400_000,
                            "How long the tombstones of a compacted topic stay readable.")
                    .atLeast(0L)
                    .underBrokerName("log.cleaner.delete.retention.ms")
                    .honoured(WITH_COMPACTION);

    /** Dead-letter queues of share groups. */
    public static final TopicConfig<Boolean> DEAD_LETTER_QUEUE =
            TopicConfig.of(
                            "errors.deadletterqueue.group.enable",
                            ConfigKind.BOOLEAN,
                            ConfigType.BOOLEAN,
                            false,
                            "Whether share groups may write undeliverable records to the topic.")
                    .refusing(
                            onlyFalse(
                                    "share groups are not served, so they have no dead-letter queues"))
                    .honoured(
                            "false is honoured; true is refused, because share groups are not served");

    /** How long removed files stay. */
    public static final TopicConfig<Long> FILE_DELETE_DELAY_MS =
            millis(
                            "file.delete.delay.ms",
                            60_000,
                            "How long the files of a removed segment stay on disk.")
                    .atLeast(0L)
                    .underBrokerName("log.segment.delete.delay.ms")
                    .honoured("honoured by the store");

    /** Fsync by count. */
    public static final TopicConfig<Long> FLUSH_MESSAGES =
            TopicConfig.of(
                            "flush.messages",
                            ConfigKind.LONG,
                            ConfigType.LONG,
                            Long.MAX_VALUE,
                            "An fsync at least every so many records; 1 makes every acknowledgement wait for it.")
                    .atLeast(1L)
                    .underBrokerName("log.flush.interval.messages")
                    .refusing(TopicConfigs::flushRefusal)
                    .honoured(
                            "honoured; 1 puts the topic into durability class B; a store that is not durable refuses it");

    /** Fsync by time. */
    public static final TopicConfig<Long> FLUSH_MS =
            millis(
                            "flush.ms",
                            Long.MAX_VALUE,
                            "An fsync at least this often while there are new records.")
                    .atLeast(0L)
                    .underBrokerName("log.flush.interval.ms")
                    .refusing(TopicConfigs::flushRefusal)
                    .honoured("honoured; a store that is not durable refuses it");

    /** Throttled followers. */
    public static final TopicConfig<String> FOLLOWER_THROTTLED =
            throttled(
                    "follower.replication.throttled.replicas",
                    "Replicas whose fetching from their leaders is throttled.");

    /** Density of the index. */
    public static final TopicConfig<Integer> INDEX_INTERVAL_BYTES =
            TopicConfig.of(
                            "index.interval.bytes",
                            ConfigKind.INT,
                            ConfigType.INT,
                            4_096,
                            "About how many bytes lie between two entries of the offset index.")
                    .atLeast(0)
                    .underBrokerName("log.index.interval.bytes")
                    .honoured("honoured by the store");

    /** Throttled leaders. */
    public static final TopicConfig<String> LEADER_THROTTLED =
            throttled(
                    "leader.replication.throttled.replicas",
                    "Replicas whose serving of followers is throttled.");

    /** Bytes kept locally beside a tier. */
    public static final TopicConfig<Long> LOCAL_RETENTION_BYTES =
            TopicConfig.of(
                            "local.retention.bytes",
                            ConfigKind.LONG,
                            ConfigType.LONG,
                            -2L,
                            "How many bytes of a tiered partition stay on local disk; -2 means retention.bytes.")
                    .atLeast(-2L)
                    .underBrokerName("log.local.retention.bytes")
                    .honoured(WITH_TIERING);

    /** Age kept locally beside a tier. */
    public static final TopicConfig<Long> LOCAL_RETENTION_MS =
            millis(
                            "local.retention.ms",
                            -2,
                            "How long data of a tiered partition stays on local disk; -2 means retention.ms.")
                    .atLeast(-2L)
                    .underBrokerName("log.local.retention.ms")
                    .honoured(WITH_TIERING);

    /** The latest compaction. */
    public static final TopicConfig<Long> MAX_COMPACTION_LAG_MS =
            millis(
                            "max.compaction.lag.ms",
                            Long.MAX_VALUE,
                            "How long a record of a compacted topic may stay without being looked at by compaction.")
                    .atLeast(1L)
                    .underBrokerName("log.cleaner.max.compaction.lag.ms")
                    .honoured(WITH_COMPACTION);

    /** The decompressed size of one record. */
    public static final TopicConfig<Integer> MAX_DECOMPRESSED_MESSAGE_BYTES =
            TopicConfig.of(
                            "max.decompressed.message.bytes",
                            ConfigKind.INT,
                            ConfigType.INT,
                            2_147_483_639,
                            "The largest record accepted, after decompression.")
                    .between(1, 2_147_483_639)
                    .underBrokerName("max.decompressed.message.bytes")
                    .refusing((bytes, store) ->
                            bytes == 2_147_483_639
                                    ? null
                                    : "batches pass through this broker unopened, so it cannot bound the records within; leave it at 2147483639 and use max.message.bytes")
                    .honoured(
                            "the default (no bound) is honoured; less is refused, because batches pass through unopened");

    /** The largest batch. */
    public static final TopicConfig<Integer> MAX_MESSAGE_BYTES =
            TopicConfig.of(
                            "max.message.bytes",
                            ConfigKind.INT,
                            ConfigType.INT,
                            1_048_588,
                            "The largest record batch accepted, as it is on the wire.")
                    .atLeast(0)
                    .underBrokerName("message.max.bytes")
                    .honoured("honoured");

    /** How far timestamps may be ahead. */
    public static final TopicConfig<Long> TIMESTAMP_AFTER_MAX_MS =
            millis(
                            "message.timestamp.after.max.ms",
                            3_600_000,
                            "How far a record's timestamp may lie after the broker's clock.")
                    .atLeast(0L)
                    .underBrokerName("log.message.timestamp.after.max.ms")
                    .honoured("honoured, from the batch header");

    /** How far timestamps may be behind. */
    public static final TopicConfig<Long> TIMESTAMP_BEFORE_MAX_MS =
            millis(
                            "message.timestamp.before.max.ms",
                            Long.MAX_VALUE,
                            "How far a record's timestamp may lie before the broker's clock.")
                    .atLeast(0L)
                    .underBrokerName("log.message.timestamp.before.max.ms")
                    .honoured("honoured, from the batch header");

    /** Whose timestamps. */
    public static final TopicConfig<String> TIMESTAMP_TYPE =
            TopicConfig.of(
                            "message.timestamp.type",
                            ConfigKind.STRING,
                            ConfigType.STRING,
                            "CreateTime",
                            "Whether records keep the producer's timestamp (CreateTime) or get the broker's (LogAppendTime).")
                    .checked(
                            "one of: CreateTime, LogAppendTime",
                            oneOf(Set.of("CreateTime", "LogAppendTime")))
                    .underBrokerName("log.message.timestamp.type")
                    .honoured("honoured");

    /** When compaction pays. */
    public static final TopicConfig<Double> MIN_CLEANABLE_DIRTY_RATIO =
            TopicConfig.of(
                            "min.cleanable.dirty.ratio",
                            ConfigKind.DOUBLE,
                            ConfigType.DOUBLE,
                            0.5,
                            "Which share of a compacted log must be new before it is compacted again.")
                    .between(0.0, 1.0)
                    .underBrokerName("log.cleaner.min.cleanable.ratio")
                    .honoured(WITH_COMPACTION);

    /** The earliest compaction. */
    public static final TopicConfig<Long> MIN_COMPACTION_LAG_MS =
            millis(
                            "min.compaction.lag.ms",
                            0,
                            "How long a record of a compacted topic stays untouched at least.")
                    .atLeast(0L)
                    .underBrokerName("log.cleaner.min.compaction.lag.ms")
                    .honoured(WITH_COMPACTION);

    /** How many in-sync replicas acks=all needs. */
    public static final TopicConfig<Integer> MIN_INSYNC_REPLICAS =
            TopicConfig.of(
                            "min.insync.replicas",
                            ConfigKind.INT,
                            ConfigType.INT,
                            1,
                            "How many in-sync replicas must have a record before acks=all is answered.")
                    .atLeast(1)
                    .underBrokerName("min.insync.replicas")
                    .honoured(
                            "honoured; no more than a partition has replicas are asked for, as in Apache Kafka");

    /** Full-size files at once. */
    public static final TopicConfig<Boolean> PREALLOCATE =
            TopicConfig.of(
                            "preallocate",
                            ConfigKind.BOOLEAN,
                            ConfigType.BOOLEAN,
                            false,
                            "Whether a new segment's file gets its full size at once.")
                    .underBrokerName("log.preallocate")
                    .honoured("honoured by the store");

    /** When size makes a segment eligible for the tier. */
    public static final TopicConfig<Long> REMOTE_COPY_LAG_BYTES =
            TopicConfig.of(
                            "remote.copy.lag.bytes",
                            ConfigKind.LONG,
                            ConfigType.LONG,
                            -1L,
                            "How many newer bytes make a segment ready for the tier; -1 follows local.retention.bytes.")
                    .atLeast(-1L)
                    .underBrokerName("log.remote.copy.lag.bytes")
                    .honoured(WITH_TIERING);

    /** When age makes a segment eligible for the tier. */
    public static final TopicConfig<Long> REMOTE_COPY_LAG_MS =
            millis(
                            "remote.copy.lag.ms",
                            0,
                            "How old a segment is before it is ready for the tier; -1 follows local.retention.ms.")
                    .atLeast(-1L)
                    .underBrokerName("log.remote.copy.lag.ms")
                    .honoured(WITH_TIERING);

    /** No more uploads. */
    public static final TopicConfig<Boolean> REMOTE_LOG_COPY_DISABLE =
            TopicConfig.of(
                            "remote.log.copy.disable",
                            ConfigKind.BOOLEAN,
                            ConfigType.BOOLEAN,
                            false,
                            "Whether a tiered topic stops uploading and serves what it has uploaded.")
                    .honoured(WITH_TIERING);

    /** What happens to the tier's data when tiering ends. */
    public static final TopicConfig<Boolean> REMOTE_LOG_DELETE_ON_DISABLE =
            TopicConfig.of(
                            "remote.log.delete.on.disable",
                            ConfigKind.BOOLEAN,
                            ConfigType.BOOLEAN,
                            false,
                            "Whether turning tiering off for a topic removes what was uploaded.")
                    .honoured(WITH_TIERING);

    /** Tiering. */
    public static final TopicConfig<Boolean> REMOTE_STORAGE_ENABLE =
            TopicConfig.of(
                            "remote.storage.enable",
                            ConfigKind.BOOLEAN,
                            ConfigType.BOOLEAN,
                            false,
                            "Whether the topic's sealed segments go to an object store.")
                    .refusing(onlyFalse("this assembly has no tier"))
                    .honoured("false is honoured; true is refused in an assembly without a tier");

    /** The most bytes. */
    public static final TopicConfig<Long> RETENTION_BYTES =
            TopicConfig.of(
                            "retention.bytes",
                            ConfigKind.LONG,
                            ConfigType.LONG,
                            -1L,
                            "The most bytes kept per partition; -1 for no limit.")
                    .underBrokerName("log.retention.bytes")
                    .refusing((bytes, store) -> bytes < 0 ? null : retentionLack(store))
                    .honoured("honoured; a store without retention refuses a limit");

    /** The greatest age. */
    public static final TopicConfig<Long> RETENTION_MS =
            millis("retention.ms", 604_800_000, "How long records are kept; -1 for no limit.")
                    .atLeast(-1L)
                    .underBrokerName("log.retention.ms")
                    .refusing((millis, store) -> millis < 0 ? null : retentionLack(store))
                    .honoured("honoured; a store without retention refuses a limit that is set");

    /** The size of a segment. */
    public static final TopicConfig<Integer> SEGMENT_BYTES =
            TopicConfig.of(
                            "segment.bytes",
                            ConfigKind.INT,
                            ConfigType.INT,
                            1 << 30,
                            "A segment is closed before it grows beyond this.")
                    .atLeast(1 << 20)
                    .underBrokerName("log.segment.bytes")
                    .honoured("honoured by the store");

    /** The size of an index. */
    public static final TopicConfig<Integer> SEGMENT_INDEX_BYTES =
            TopicConfig.of(
                            "segment.index.bytes",
                            ConfigKind.INT,
                            ConfigType.INT,
                            10 << 20,
                            "How large a segment's index may grow before the segment is closed.")
                    .atLeast(4)
                    .underBrokerName("log.index.size.max.bytes")
                    .honoured("honoured by the store");

    /** Spread of segment ages. */
    public static final TopicConfig<Long> SEGMENT_JITTER_MS =
            millis(
                            "segment.jitter.ms",
                            0,
                            "At most how much earlier than segment.ms a partition closes its segments, so that not all do at once.")
                    .atLeast(0L)
                    .underBrokerName("log.roll.jitter.ms")
                    .honoured(
                            "honoured: each partition takes a fixed share of it, by its identity");

    /** The age of a segment. */
    public static final TopicConfig<Long> SEGMENT_MS =
            millis(
                            "segment.ms",
                            604_800_000,
                            "A segment is closed when its first record is older than this.")
                    .atLeast(1L)
                    .underBrokerName("log.roll.ms")
                    .honoured("honoured by the store");

    /** Leaders that may have lost records. */
    public static final TopicConfig<Boolean> UNCLEAN_LEADER_ELECTION =
            TopicConfig.of(
                            "unclean.leader.election.enable",
                            ConfigKind.BOOLEAN,
                            ConfigType.BOOLEAN,
                            false,
                            "Whether a replica that is not in sync may lead when nobody else is left.")
                    .underBrokerName("unclean.leader.election.enable")
                    .honoured(
                            "kept; with one replica the leader is always in sync, so it never takes effect");

    private static final Map<String, TopicConfig<?>> BY_NAME =
            index(
                    List.of(
                            CLEANUP_POLICY,
                            GZIP_LEVEL,
                            LZ4_LEVEL,
                            COMPRESSION_TYPE,
                            ZSTD_LEVEL,
                            DELETE_RETENTION_MS,
                            DEAD_LETTER_QUEUE,
                            FILE_DELETE_DELAY_MS,
                            FLUSH_MESSAGES,
                            FLUSH_MS,
                            FOLLOWER_THROTTLED,
                            INDEX_INTERVAL_BYTES,
                            LEADER_THROTTLED,
                            LOCAL_RETENTION_BYTES,
                            LOCAL_RETENTION_MS,
                            MAX_COMPACTION_LAG_MS,
                            MAX_DECOMPRESSED_MESSAGE_BYTES,
                            MAX_MESSAGE_BYTES,
                            TIMESTAMP_AFTER_MAX_MS,
                            TIMESTAMP_BEFORE_MAX_MS,
                            TIMESTAMP_TYPE,
                            MIN_CLEANABLE_DIRTY_RATIO,
                            MIN_COMPACTION_LAG_MS,
                            MIN_INSYNC_REPLICAS,
                            PREALLOCATE,
                            REMOTE_COPY_LAG_BYTES,
                            REMOTE_COPY_LAG_MS,
                            REMOTE_LOG_COPY_DISABLE,
                            REMOTE_LOG_DELETE_ON_DISABLE,
                            REMOTE_STORAGE_ENABLE,
                            RETENTION_BYTES,
                            RETENTION_MS,
                            SEGMENT_BYTES,
                            SEGMENT_INDEX_BYTES,
                            SEGMENT_JITTER_MS,
                            SEGMENT_MS,
                            UNCLEAN_LEADER_ELECTION));

    /** The broker's keys that give topics their defaults. */
    public static final ConfigSchema DEFAULTS_SCHEMA =
            ConfigSchema.of(
                    BY_NAME.values().stream()
                            .flatMap(config -> config.brokerKey().stream())
                            .<ConfigKey<?>>map(key -> key)
                            .toList());

    private static final Map<String, TopicConfig<?>> BY_BROKER_KEY = indexByBrokerKey();

    private TopicConfigs() {}

    /** All of them, by name. */
    public static Collection<TopicConfig<?>> all() {
        return BY_NAME.values();
    }

    /** The configuration of this name. */
    public static Optional<TopicConfig<?>> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The configuration whose default this key of the broker is. */
    public static Optional<TopicConfig<?>> defaultedBy(ConfigKey<?> brokerKey) {
        return Optional.ofNullable(BY_BROKER_KEY.get(brokerKey.name()));
    }

    private static Map<String, TopicConfig<?>> index(List<TopicConfig<?>> configs) {
        Map<String, TopicConfig<?>> byName = new LinkedHashMap<>();
        configs.forEach(config -> byName.put(config.name(), config));
        return Collections.unmodifiableMap(byName);
    }

    private static Map<String, TopicConfig<?>> indexByBrokerKey() {
        Map<String, TopicConfig<?>> byKey = new LinkedHashMap<>();
        BY_NAME.values()
                .forEach(config ->
                        config.brokerKey().ifPresent(key -> byKey.put(key.name(), config)));
        return Collections.unmodifiableMap(byKey);
    }

    private static TopicConfig<Long> millis(String name, long defaultMillis, String doc) {
        return TopicConfig.of(name, ConfigKind.LONG, ConfigType.LONG, defaultMillis, doc);
    }

    private static TopicConfig<String> throttled(String name, String doc) {
        return TopicConfig.of(name, ConfigKind.LIST, ConfigType.STRING, "", doc)
                .checked(
                        "partition:broker,partition:broker,... or *",
                        TopicConfigs::throttledProblem)
                .refusing((replicas, store) ->
                        TopicConfig.elements(replicas).isEmpty()
                                ? null
                                : "replication is not served by a single broker, so there is nothing to throttle; leave it empty")
                .honoured(
                        "the empty list is honoured; replicas are refused, because there is no replication to throttle");
    }

    private static @Nullable String throttledProblem(String text) {
        List<String> elements = TopicConfig.elements(text);
        boolean trailingComma = elements.size() > 1 && elements.getLast().isEmpty();
        List<String> replicas = trailingComma ? elements.subList(0, elements.size() - 1) : elements;
        boolean valid =
                text.strip().equals("*")
                        || replicas.stream()
                                .allMatch(replica -> THROTTLED.matcher(replica).matches());
        return valid ? null : "is not partition:broker,partition:broker,... and not *";
    }

    private static @Nullable String policyProblem(String text) {
        return Set.of("compact", "delete").containsAll(TopicConfig.elements(text))
                ? null
                : "is not a list of: compact, delete";
    }

    private static @Nullable String policyRefusal(String text, StoreTraits store) {
        return TopicConfig.elements(text).contains("compact")
                ? store.lack(
                        Capability.COMPACTION,
                        "use cleanup.policy=delete, or a store that compacts")
                : null;
    }

    private static @Nullable String flushRefusal(Long interval, StoreTraits store) {
        return interval == Long.MAX_VALUE
                ? null
                : store.lack(
                        Capability.DURABLE,
                        "leave it at " + Long.MAX_VALUE + ", or use a durable store");
    }

    private static @Nullable String retentionLack(StoreTraits store) {
        return store.lack(Capability.RETENTION, "use -1, or a store with retention");
    }

    private static java.util.function.Function<String, @Nullable String> oneOf(Set<String> known) {
        return text ->
                known.contains(text.strip())
                        ? null
                        : "is not one of: " + String.join(", ", known.stream().sorted().toList());
    }

    private static BiFunction<Boolean, StoreTraits, @Nullable String> onlyFalse(String reason) {
        return (value, store) -> value ? reason : null;
    }
}
