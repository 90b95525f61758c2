package mortise.broker.compaction;

import java.time.Duration;
import mortise.api.DataSize;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/** What can be set about the compaction of logs. */
public final class CompactionSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    /** How often logs are looked at. */
    static final ConfigKey<Duration> INTERVAL =
            KEYS.add(
                    ConfigKey.of(
                                    "compaction.interval",
                                    ConfigType.DURATION,
                                    "How long compaction rests when no log is due.")
                            .defaultsTo(Duration.ofSeconds(15))
                            .between(Duration.ofMillis(1), Duration.ofDays(1))
                            .alias("log.cleaner.backoff.ms"));

    /** The most memory for keys. */
    static final ConfigKey<DataSize> KEY_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "compaction.key-bytes",
                                    ConfigType.SIZE,
                                    "How much memory, outside of the heap, the keys of all logs may take that are compacted at once; a key takes 27 bytes. A log with more new keys is compacted in several passes.")
                            .defaultsTo(DataSize.ofMebibytes(128))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1 << 16))
                            .alias("log.cleaner.dedupe.buffer.size"));

    /** The most bytes a second. */
    static final ConfigKey<DataSize> BYTES_PER_SECOND =
            KEYS.add(
                    ConfigKey.of(
                                    "compaction.bytes-per-second",
                                    ConfigType.SIZE,
                                    "How many bytes a second compaction reads at most, all logs together.")
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1 << 20))
                            .alias("log.cleaner.io.max.bytes.per.second"));

    /** All of them. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    private CompactionSettings() {}
}
