package mortise.metadata;

import static mortise.metadata.config.MessageConfigs.TIMESTAMP_AFTER_MAX_MS;
import static mortise.metadata.config.MessageConfigs.TIMESTAMP_BEFORE_MAX_MS;
import static mortise.metadata.config.SegmentConfigs.FLUSH_MESSAGES;
import static mortise.metadata.config.SegmentConfigs.FLUSH_MS;

import java.util.Optional;
import mortise.spi.storage.LogSettings;

/**
 * A topic's configuration as the partitions read it: the topic's own values over the broker's
 * defaults.
 *
 * @param log how the log is laid out
 * @param maxMessageBytes the largest record batch accepted
 * @param minInsyncReplicas how many in-sync replicas acks=all needs
 * @param logAppendTime whether the broker's clock replaces the client's timestamps
 * @param timestampBeforeMaxMillis how far a timestamp may lie before the broker's clock
 * @param timestampAfterMaxMillis how far a timestamp may lie after the broker's clock
 * @param compression how records are kept, if not as their producers compressed them
 * @param retentionBytes the most bytes kept per partition, or -1
 * @param retentionMillis the greatest age kept, or -1
 * @param deletes whether {@code cleanup.policy} contains delete
 * @param compaction how it is compacted, if {@code cleanup.policy} contains compact
 * @param flushMessages an fsync at least every so many records
 * @param flushMillis an fsync at least this often
 * @param durable whether acknowledgements wait for an fsync (durability class B)
 */
public record TopicSettings(
        LogSettings log,
        int maxMessageBytes,
        int minInsyncReplicas,
        boolean logAppendTime,
        long timestampBeforeMaxMillis,
        long timestampAfterMaxMillis,
        Optional<CompressionRule> compression,
        long retentionBytes,
        long retentionMillis,
        boolean deletes,
        Optional<CompactionRule> compaction,
        long flushMessages,
        long flushMillis,
        boolean durable) {
    /** Whether the topic asks for syncs, rather than leaving them to the end of a segment. */
    public boolean asksForSyncs() {
        return durable
                || flushMessages != FLUSH_MESSAGES.defaultValue()
                || flushMillis != FLUSH_MS.defaultValue();
    }

    /** Whether of the records with one key the last stays. */
    public boolean compacts() {
        return compaction.isPresent();
    }

    /**
     * Whether bounds of timestamps have been set that every single record is held to. By default
     * what the batch's header says is believed.
     */
    public boolean boundsEveryTimestamp() {
        return !logAppendTime
                && (timestampBeforeMaxMillis != TIMESTAMP_BEFORE_MAX_MS.defaultValue()
                        || timestampAfterMaxMillis != TIMESTAMP_AFTER_MAX_MS.defaultValue());
    }
}
