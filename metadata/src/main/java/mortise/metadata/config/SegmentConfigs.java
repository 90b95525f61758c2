package mortise.metadata.config;

import java.util.List;
import mortise.api.config.ConfigType;
import mortise.spi.Capability;
import org.jspecify.annotations.Nullable;

/** How a partition lies on disk: segments, indexes, syncs. */
public final class SegmentConfigs {
    /** How long removed files stay. */
    public static final TopicConfig<Long> FILE_DELETE_DELAY_MS =
            TopicConfig.millis(
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
                    .refusing(SegmentConfigs::flushRefusal)
                    .honoured(
                            "honoured; 1 puts the topic into durability class B; a store that is not durable refuses it");

    /** Fsync by time. */
    public static final TopicConfig<Long> FLUSH_MS =
            TopicConfig.millis(
                            "flush.ms",
                            Long.MAX_VALUE,
                            "An fsync at least this often while there are new records.")
                    .atLeast(0L)
                    .underBrokerName("log.flush.interval.ms")
                    .refusing(SegmentConfigs::flushRefusal)
                    .honoured("honoured; a store that is not durable refuses it");

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
            TopicConfig.millis(
                            "segment.jitter.ms",
                            0,
                            "At most how much earlier than segment.ms a partition closes its segments, so that not all do at once.")
                    .atLeast(0L)
                    .underBrokerName("log.roll.jitter.ms")
                    .honoured(
                            "honoured: each partition takes a fixed share of it, by its identity");

    /** The age of a segment. */
    public static final TopicConfig<Long> SEGMENT_MS =
            TopicConfig.millis(
                            "segment.ms",
                            604_800_000,
                            "A segment is closed when its first record is older than this.")
                    .atLeast(1L)
                    .underBrokerName("log.roll.ms")
                    .honoured("honoured by the store");

    static final List<TopicConfig<?>> ALL =
            List.of(
                    FILE_DELETE_DELAY_MS,
                    FLUSH_MESSAGES,
                    FLUSH_MS,
                    INDEX_INTERVAL_BYTES,
                    PREALLOCATE,
                    SEGMENT_BYTES,
                    SEGMENT_INDEX_BYTES,
                    SEGMENT_JITTER_MS,
                    SEGMENT_MS);

    private SegmentConfigs() {}

    private static @Nullable String flushRefusal(Long interval, StoreTraits store) {
        return interval == Long.MAX_VALUE
                ? null
                : store.lack(
                        Capability.DURABLE,
                        "leave it at " + Long.MAX_VALUE + ", or use a durable store");
    }
}
