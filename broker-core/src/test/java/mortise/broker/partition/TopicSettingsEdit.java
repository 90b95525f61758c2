package mortise.broker.partition;

import java.time.Duration;
import mortise.broker.metadata.TopicSettings;
import mortise.spi.storage.LogSettings;

/** Topic settings that differ from others in what is said. */
public record TopicSettingsEdit(TopicSettings settings) {
    public TopicSettingsEdit durable() {
        return with(
                settings.log(),
                settings.maxMessageBytes(),
                settings.minInsyncReplicas(),
                settings.logAppendTime(),
                true);
    }

    public TopicSettingsEdit logAppendTime() {
        return with(
                settings.log(),
                settings.maxMessageBytes(),
                settings.minInsyncReplicas(),
                true,
                settings.durable());
    }

    public TopicSettingsEdit maxMessageBytes(int bytes) {
        return with(
                settings.log(),
                bytes,
                settings.minInsyncReplicas(),
                settings.logAppendTime(),
                settings.durable());
    }

    public TopicSettingsEdit minInsyncReplicas(int replicas) {
        return with(
                settings.log(),
                settings.maxMessageBytes(),
                replicas,
                settings.logAppendTime(),
                settings.durable());
    }

    public TopicSettingsEdit segmentBytes(int bytes) {
        return with(
                new LogSettings(
                        bytes, Duration.ofDays(7), 4_096, 10 << 20, false, Duration.ofMinutes(1)),
                settings.maxMessageBytes(),
                settings.minInsyncReplicas(),
                settings.logAppendTime(),
                settings.durable());
    }

    public TopicSettingsEdit timestampBounds(long beforeMillis, long afterMillis) {
        return new TopicSettingsEdit(
                new TopicSettings(
                        settings.log(),
                        settings.maxMessageBytes(),
                        settings.minInsyncReplicas(),
                        settings.logAppendTime(),
                        beforeMillis,
                        afterMillis,
                        settings.retentionBytes(),
                        settings.retentionMillis(),
                        settings.deletes(),
                        settings.compacts(),
                        settings.flushMessages(),
                        settings.flushMillis(),
                        settings.durable()));
    }

    public TopicSettingsEdit flush(long messages, long millis) {
        return new TopicSettingsEdit(
                new TopicSettings(
                        settings.log(),
                        settings.maxMessageBytes(),
                        settings.minInsyncReplicas(),
                        settings.logAppendTime(),
                        settings.timestampBeforeMaxMillis(),
                        settings.timestampAfterMaxMillis(),
                        settings.retentionBytes(),
                        settings.retentionMillis(),
                        settings.deletes(),
                        settings.compacts(),
                        messages,
                        millis,
                        settings.durable()));
    }

    public TopicSettingsEdit retention(long bytes, long millis) {
        return new TopicSettingsEdit(
                new TopicSettings(
                        settings.log(),
                        settings.maxMessageBytes(),
                        settings.minInsyncReplicas(),
                        settings.logAppendTime(),
                        settings.timestampBeforeMaxMillis(),
                        settings.timestampAfterMaxMillis(),
                        bytes,
                        millis,
                        settings.deletes(),
                        settings.compacts(),
                        settings.flushMessages(),
                        settings.flushMillis(),
                        settings.durable()));
    }

    private TopicSettingsEdit with(
            LogSettings log,
            int maxMessageBytes,
            int minInsyncReplicas,
            boolean logAppendTime,
            boolean durable) {
        return new TopicSettingsEdit(
                new TopicSettings(
                        log,
                        maxMessageBytes,
                        minInsyncReplicas,
                        logAppendTime,
                        settings.timestampBeforeMaxMillis(),
                        settings.timestampAfterMaxMillis(),
                        settings.retentionBytes(),
                        settings.retentionMillis(),
                        settings.deletes(),
                        settings.compacts(),
                        settings.flushMessages(),
                        settings.flushMillis(),
                        durable));
    }
}
