package mortise.metadata.config;

import java.util.List;
import java.util.Set;
import mortise.api.config.ConfigType;
import mortise.spi.Capability;
import org.jspecify.annotations.Nullable;

/** What a topic keeps, and how the rest goes: deletion by age and size, compaction. */
public final class RetentionConfigs {
    private static final String WITH_COMPACTION =
            "honoured with cleanup.policy=compact, which a store without compaction refuses";

    /** {@code delete}, {@code compact}, both or nothing. */
    public static final TopicConfig<String> CLEANUP_POLICY =
            TopicConfig.of(
                            "cleanup.policy",
                            ConfigKind.LIST,
                            ConfigType.STRING,
                            "delete",
                            "How old data goes: delete drops segments by age and size, compact keeps the last record of each key, both does both, and an empty list keeps everything.")
                    .checked("a list of: compact, delete", RetentionConfigs::policyProblem)
                    .underBrokerName("log.cleanup.policy")
                    .refusing(RetentionConfigs::policyRefusal)
                    .honoured("honoured; a store without compaction refuses compact");

    /** How long tombstones stay. */
    public static final TopicConfig<Long> DELETE_RETENTION_MS =
            TopicConfig.millis(
                            "delete.retention.ms",
                            86_400_000,
                            "How long the tombstones of a compacted topic stay readable.")
                    .atLeast(0L)
                    .underBrokerName("log.cleaner.delete.retention.ms")
                    .honoured(WITH_COMPACTION);

    /** The latest compaction. */
    public static final TopicConfig<Long> MAX_COMPACTION_LAG_MS =
            TopicConfig.millis(
                            "max.compaction.lag.ms",
                            Long.MAX_VALUE,
                            "How long a record of a compacted topic may stay without being looked at by compaction.")
                    .atLeast(1L)
                    .underBrokerName("log.cleaner.max.compaction.lag.ms")
                    .honoured(WITH_COMPACTION);

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
            TopicConfig.millis(
                            "min.compaction.lag.ms",
                            0,
                            "How long a record of a compacted topic stays untouched at least.")
                    .atLeast(0L)
                    .underBrokerName("log.cleaner.min.compaction.lag.ms")
                    .honoured(WITH_COMPACTION);

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
            TopicConfig.millis(
                            "retention.ms",
                            604_800_000,
                            "How long records are kept; -1 for no limit.")
                    .atLeast(-1L)
                    .underBrokerName("log.retention.ms")
                    .refusing((millis, store) -> millis < 0 ? null : retentionLack(store))
                    .honoured("honoured; a store without retention refuses a limit that is set");

    static final List<TopicConfig<?>> ALL =
            List.of(
                    CLEANUP_POLICY,
                    DELETE_RETENTION_MS,
                    MAX_COMPACTION_LAG_MS,
                    MIN_CLEANABLE_DIRTY_RATIO,
                    MIN_COMPACTION_LAG_MS,
                    RETENTION_BYTES,
                    RETENTION_MS);

    private RetentionConfigs() {}

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

    private static @Nullable String retentionLack(StoreTraits store) {
        return store.lack(Capability.RETENTION, "use -1, or a store with retention");
    }
}
