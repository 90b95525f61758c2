package mortise.broker.partition;

import java.time.Duration;
import java.util.Optional;
import mortise.metadata.CompactionRule;
import mortise.metadata.CompressionRule;
import mortise.metadata.TopicSettings;
import mortise.spi.storage.LogSettings;

/** Topic settings under construction: Kafka's defaults, but for what a test says. */
public final class TopicSettingsEdit {
    private LogSettings log = LogSettings.DEFAULTS;
    private int maxMessageBytes = 1 << 20;
    private int minInsyncReplicas = 1;
    private boolean logAppendTime;
    private long beforeMillis = Long.MAX_VALUE;
    private long afterMillis = Long.MAX_VALUE;
    private long retentionBytes = -1;
    private boolean deletes = true;
    private long flushMessages = Long.MAX_VALUE;
    private long flushMillis = Long.MAX_VALUE;
    private boolean durable;
    private Optional<CompressionRule> compression = Optional.empty();
    private Optional<CompactionRule> compaction = Optional.empty();

    public TopicSettingsEdit durable() {
        durable = true;
        return this;
    }

    public TopicSettingsEdit logAppendTime() {
        logAppendTime = true;
        return this;
    }

    public TopicSettingsEdit maxMessageBytes(int bytes) {
        maxMessageBytes = bytes;
        return this;
    }

    public TopicSettingsEdit minInsyncReplicas(int replicas) {
        minInsyncReplicas = replicas;
        return this;
    }

    public TopicSettingsEdit segmentBytes(int bytes) {
        log =
                new LogSettings(
                        bytes, Duration.ofDays(7), 4_096, 10 << 20, false, Duration.ofMinutes(1));
        return this;
    }

    public TopicSettingsEdit timestampBounds(long before, long after) {
        beforeMillis = before;
        afterMillis = after;
        return this;
    }

    public TopicSettingsEdit flush(long messages, long millis) {
        flushMessages = messages;
        flushMillis = millis;
        return this;
    }

    public TopicSettingsEdit retainBytes(long bytes) {
        retentionBytes = bytes;
        return this;
    }

    /** A cleanup policy without delete. */
    public TopicSettingsEdit keeping() {
        deletes = false;
        return this;
    }

    /** A cleanup policy that compacts whatever is new, and does not delete. */
    public TopicSettingsEdit compacted() {
        deletes = false;
        compaction = Optional.of(new CompactionRule(0, Long.MAX_VALUE, 0, 86_400_000));
        return this;
    }

    /** Batches are kept with a codec, whatever their producers did. */
    public TopicSettingsEdit compressed(String codec, int level) {
        compression = Optional.of(new CompressionRule(codec, level));
        return this;
    }

    public TopicSettings settings() {
        return new TopicSettings(
                log,
                maxMessageBytes,
                minInsyncReplicas,
                logAppendTime,
                beforeMillis,
                afterMillis,
                compression,
                retentionBytes,
                -1,
                deletes,
                compaction,
                flushMessages,
                flushMillis,
                durable);
    }
}
