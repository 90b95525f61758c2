package mortise.storage.local;

import java.time.Duration;
import java.util.List;
import mortise.api.DataSize;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/** What can be set about the store. */
final class LocalSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<List<String>> DIRECTORIES =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.local.directories",
                                    ConfigType.LIST,
                                    "The directories that hold partition logs. A new log goes to the one"
                                            + " with the most free space for each log that it"
                                            + " holds. Relative paths begin at the data directory;"
                                            + " the default is `logs` inside it.")
                            .defaultsTo(List.of())
                            .alias("log.dirs"));

    static final ConfigKey<Integer> OPEN_FILES =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.local.open-files",
                                    ConfigType.INT,
                                    "How many segment and index files are kept open, or what the process's"
                                            + " limit of open files leaves for them if that is less;"
                                            + " beyond it those not used lately are closed, and reads that"
                                            + " need another are refused while all are in use. Idle"
                                            + " partitions hold none.")
                            .defaultsTo(8_000)
                            .between(16, 1_000_000));

    static final ConfigKey<DataSize> RECENT_WINDOW =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.local.recent-window",
                                    ConfigType.SIZE,
                                    "How many bytes before a log's end count as recently written: they are"
                                            + " read on the event loop, for the page cache still has them.")
                            .defaultsTo(DataSize.ofMebibytes(64)));

    static final ConfigKey<DataSize> COLD_READ_MEMORY =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.local.cold-read-memory",
                                    ConfigType.SIZE,
                                    "The most memory for reads of what the page cache does not have, which"
                                            + " go past it, and which a read keeps until its client has"
                                            + " taken the answer. Reads beyond it go through the page cache,"
                                            + " and push out what lies there; with 0 all do.")
                            .defaultsTo(DataSize.ofMebibytes(32)));

    static final ConfigKey<DataSize> ALLOCATE_AHEAD =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.local.allocate-ahead",
                                    ConfigType.SIZE,
                                    "The most disk space that segments which are filled quickly are given"
                                            + " before they need it, 16 MiB each at a time, so that appends"
                                            + " do not wait while the disk is busy; they give it back when"
                                            + " they are complete. Done on ext4 under Linux, where the module"
                                            + " has native access, and while ten times as much is free; with 0"
                                            + " never.")
                            .defaultsTo(DataSize.ofMebibytes(1_024)));

    static final ConfigKey<Integer> RECENT_BATCHES =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.local.recent-batches",
                                    ConfigType.INT,
                                    "How many batch positions a log remembers for reading recent data.")
                            .defaultsTo(16_384)
                            .between(256, 1 << 24));

    static final ConfigKey<Long> RECENT_TOTAL_BATCHES =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.local.recent-total-batches",
                                    ConfigType.LONG,
                                    "How many batch positions all logs remember together; each takes 12"
                                            + " bytes of heap.")
                            .defaultsTo(4L << 20)
                            .atLeast(1_024L));

    static final ConfigKey<Integer> RECOVERY_PARALLELISM =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.local.recovery-parallelism",
                                    ConfigType.INT,
                                    "How many logs are checked at a time when the broker starts after a"
                                            + " crash.")
                            .defaultsTo(4)
                            .between(1, 1_024)
                            .alias("num.recovery.threads.per.data.dir"));

    static final ConfigKey<Duration> CHECKPOINT_INTERVAL =
            KEYS.add(
                    ConfigKey.of(
                                    "storage.local.checkpoint-interval",
                                    ConfigType.DURATION,
                                    "How long recovery points may wait to be written; after a crash, what"
                                            + " was appended since is checked.")
                            .defaultsTo(Duration.ofMinutes(1))
                            .atLeast(Duration.ofMillis(1))
                            .alias("log.flush.offset.checkpoint.interval.ms"));

    static final ConfigSchema SCHEMA = KEYS.build();

    private LocalSettings() {}
}
