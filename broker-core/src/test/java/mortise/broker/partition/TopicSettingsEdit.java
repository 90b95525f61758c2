package mortise.broker.partition;

import java.time.Duration;
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

    public TopicSettings settings() {
        return new TopicSettings(
                log,
                maxMessageBytes,
                minInsyncReplicas,
                logAppendTime,
                beforeMillis,
                afterMillis,
                retentionBytes,
                -1,
                deletes,
                !deletes,
                flushMessages,
                flushMillis,
                durable);
    }
}
