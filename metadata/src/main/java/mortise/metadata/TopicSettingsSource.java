package mortise.metadata;

import static mortise.metadata.config.MessageConfigs.COMPRESSION_TYPE;
import static mortise.metadata.config.MessageConfigs.GZIP_LEVEL;
import static mortise.metadata.config.MessageConfigs.LZ4_LEVEL;
import static mortise.metadata.config.MessageConfigs.MAX_MESSAGE_BYTES;
import static mortise.metadata.config.MessageConfigs.TIMESTAMP_AFTER_MAX_MS;
import static mortise.metadata.config.MessageConfigs.TIMESTAMP_BEFORE_MAX_MS;
import static mortise.metadata.config.MessageConfigs.TIMESTAMP_TYPE;
import static mortise.metadata.config.MessageConfigs.ZSTD_LEVEL;
import static mortise.metadata.config.ReplicationConfigs.MIN_INSYNC_REPLICAS;
import static mortise.metadata.config.RetentionConfigs.CLEANUP_POLICY;
import static mortise.metadata.config.RetentionConfigs.DELETE_RETENTION_MS;
import static mortise.metadata.config.RetentionConfigs.MAX_COMPACTION_LAG_MS;
import static mortise.metadata.config.RetentionConfigs.MIN_CLEANABLE_DIRTY_RATIO;
import static mortise.metadata.config.RetentionConfigs.MIN_COMPACTION_LAG_MS;
import static mortise.metadata.config.RetentionConfigs.RETENTION_BYTES;
import static mortise.metadata.config.RetentionConfigs.RETENTION_MS;
import static mortise.metadata.config.SegmentConfigs.FILE_DELETE_DELAY_MS;
import static mortise.metadata.config.SegmentConfigs.FLUSH_MESSAGES;
import static mortise.metadata.config.SegmentConfigs.FLUSH_MS;
import static mortise.metadata.config.SegmentConfigs.INDEX_INTERVAL_BYTES;
import static mortise.metadata.config.SegmentConfigs.PREALLOCATE;
import static mortise.metadata.config.SegmentConfigs.SEGMENT_BYTES;
import static mortise.metadata.config.SegmentConfigs.SEGMENT_INDEX_BYTES;
import static mortise.metadata.config.SegmentConfigs.SEGMENT_JITTER_MS;
import static mortise.metadata.config.SegmentConfigs.SEGMENT_MS;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.config.TopicConfig;
import mortise.spi.storage.LogSettings;

/**
 * The settings of partitions, derived from a topic's configuration over the broker's defaults.
 * Stateless.
 */
public final class TopicSettingsSource {
    private final BrokerConfigs configs;
    private final boolean durable;

    /**
     * Settings on this broker.
     *
     * @param durable whether acknowledgements wait for an fsync whatever the topic says
     */
    public TopicSettingsSource(BrokerConfigs configs, boolean durable) {
        this.configs = configs;
        this.durable = durable;
    }

    /**
     * The settings of one partition of a topic; partitions differ in the jitter of their segments'
     * age only.
     */
    public TopicSettings settings(ClusterImage image, TopicImage topic, int partition) {
        Values values = new Values(image, topic);
        List<String> policy = Arrays.asList(values.of(CLEANUP_POLICY).split(",", -1));
        long flushMessages = values.of(FLUSH_MESSAGES);
        return new TopicSettings(
                log(values, topic, partition),
                values.of(MAX_MESSAGE_BYTES),
                values.of(MIN_INSYNC_REPLICAS),
                values.of(TIMESTAMP_TYPE).equals("LogAppendTime"),
                values.of(TIMESTAMP_BEFORE_MAX_MS),
                values.of(TIMESTAMP_AFTER_MAX_MS),
                compression(values),
                Math.max(-1, values.of(RETENTION_BYTES)),
                values.of(RETENTION_MS),
                policy.contains("delete"),
                policy.contains("compact") ? Optional.of(compaction(values)) : Optional.empty(),
                flushMessages,
                values.of(FLUSH_MS),
                // An fsync after every record is the promise that an acknowledgement waits for it.
                durable || flushMessages == 1);
    }

    private static Optional<CompressionRule> compression(Values values) {
        String codec = values.of(COMPRESSION_TYPE).strip();
        return switch (codec) {
            case "producer" -> Optional.empty();
            case "gzip" -> Optional.of(new CompressionRule(codec, values.of(GZIP_LEVEL)));
            case "lz4" -> Optional.of(new CompressionRule(codec, values.of(LZ4_LEVEL)));
            case "zstd" -> Optional.of(new CompressionRule(codec, values.of(ZSTD_LEVEL)));
            default -> Optional.of(new CompressionRule(codec, 0));
        };
    }

    private static CompactionRule compaction(Values values) {
        return new CompactionRule(
                values.of(MIN_COMPACTION_LAG_MS),
                values.of(MAX_COMPACTION_LAG_MS),
                values.of(MIN_CLEANABLE_DIRTY_RATIO),
                values.of(DELETE_RETENTION_MS));
    }

    private static LogSettings log(Values values, TopicImage topic, int partition) {
        return new LogSettings(
                values.of(SEGMENT_BYTES),
                Duration.ofMillis(segmentMillis(values, topic, partition)),
                values.of(INDEX_INTERVAL_BYTES),
                values.of(SEGMENT_INDEX_BYTES),
                values.of(PREALLOCATE),
                Duration.ofMillis(values.of(FILE_DELETE_DELAY_MS)));
    }

    private static long segmentMillis(Values values, TopicImage topic, int partition) {
        // what is not sealed is not compacted
        long age =
                values.of(CLEANUP_POLICY).contains("compact")
                        ? Math.min(values.of(SEGMENT_MS), values.of(MAX_COMPACTION_LAG_MS))
                        : values.of(SEGMENT_MS);
        long jitter = Math.min(values.of(SEGMENT_JITTER_MS), age - 1);
        if (jitter <= 0) {
            return age;
        }
        // A share that depends on the partition's identity alone, so that a restart does not change
        // it.
        long spread =
                (topic.id().value().getLeastSignificantBits() ^ partition) * 0x9E37_79B9_7F4A_7C15L;
        return age - Math.floorMod(spread, jitter + 1);
    }

    /** Looks values of one topic up. */
    private final class Values {
        private final ClusterImage image;
        private final TopicImage topic;

        Values(ClusterImage image, TopicImage topic) {
            this.image = image;
            this.topic = topic;
        }

        <T> T of(TopicConfig<T> config) {
            return configs.value(config, topic.configs(), image);
        }
    }
}
