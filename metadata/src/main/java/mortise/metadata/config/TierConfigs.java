package mortise.metadata.config;

import java.util.List;
import mortise.api.config.ConfigType;

/** What of a topic goes to an object store, and what stays beside it. */
public final class TierConfigs {
    private static final String WITH_TIERING =
            "kept; takes effect with remote.storage.enable=true, which is refused";

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
            TopicConfig.millis(
                            "local.retention.ms",
                            -2,
                            "How long data of a tiered partition stays on local disk; -2 means retention.ms.")
                    .atLeast(-2L)
                    .underBrokerName("log.local.retention.ms")
                    .honoured(WITH_TIERING);

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
            TopicConfig.millis(
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
                    .refusing(TopicConfig.onlyFalse("this assembly has no tier"))
                    .honoured("false is honoured; true is refused in an assembly without a tier");

    static final List<TopicConfig<?>> ALL =
            List.of(
                    LOCAL_RETENTION_BYTES,
                    LOCAL_RETENTION_MS,
                    REMOTE_COPY_LAG_BYTES,
                    REMOTE_COPY_LAG_MS,
                    REMOTE_LOG_COPY_DISABLE,
                    REMOTE_LOG_DELETE_ON_DISABLE,
                    REMOTE_STORAGE_ENABLE);

    private TierConfigs() {}
}
