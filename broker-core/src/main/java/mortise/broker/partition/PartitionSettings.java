package mortise.broker.partition;

import java.time.Duration;
import mortise.api.DataSize;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.broker.mailbox.DrainBounds;
import mortise.broker.mailbox.MailboxBounds;

/** What can be set about mailboxes, drains, producer state and the opening of batches. */
public final class PartitionSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<Integer> MAILBOX_COMMANDS =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.mailbox-commands",
                                    ConfigType.INT,
                                    "How many produced batches wait for one partition. A request that finds too little room waits, and its connection with it.")
                            .defaultsTo(1_024)
                            .between(1, 1 << 20));
    static final ConfigKey<DataSize> MAILBOX_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.mailbox-bytes",
                                    ConfigType.SIZE,
                                    "How many bytes of produced batches wait for one partition. A batch that is larger passes when none waits.")
                            .defaultsTo(DataSize.ofMebibytes(32))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1 << 20)));
    static final ConfigKey<Integer> DRAIN_QUOTA_COMMANDS =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.drain-quota-commands",
                                    ConfigType.INT,
                                    "How many batches a network thread appends in one go before it hands what is left to a drain thread.")
                            .defaultsTo(512)
                            .between(1, 1 << 20));
    static final ConfigKey<DataSize> DRAIN_QUOTA_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.drain-quota-bytes",
                                    ConfigType.SIZE,
                                    "How many bytes a network thread appends in one go before it hands what is left to a drain thread.")
                            .defaultsTo(DataSize.ofMebibytes(8))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1 << 20)));
    static final ConfigKey<Integer> DRAIN_RUN_QUEUE =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.drain-run-queue",
                                    ConfigType.INT,
                                    "How many partitions that became runnable while a thread drains another wait for that thread; the others go to the drain threads.")
                            .defaultsTo(256)
                            .between(0, 1 << 20));
    static final ConfigKey<Integer> DRAIN_THREADS =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.drain-threads",
                                    ConfigType.INT,
                                    "Threads for partitions that outran a quota, lie on a slow log directory or change their role.")
                            .defaultsTo(2)
                            .between(1, 1_024));
    static final ConfigKey<Integer> APPEND_SET_BATCHES =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.append-set-batches",
                                    ConfigType.INT,
                                    "How many batches are written to a log at once.")
                            .defaultsTo(128)
                            .between(1, 1_024));
    static final ConfigKey<DataSize> APPEND_SET_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.append-set-bytes",
                                    ConfigType.SIZE,
                                    "How many bytes are written to a log at once; a batch that is larger is written alone.")
                            .defaultsTo(DataSize.ofMebibytes(4))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1_024)));
    static final ConfigKey<Duration> INLINE_WRITE_LIMIT =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.inline-write-limit",
                                    ConfigType.DURATION,
                                    "A write slower than this moves the appends of its log directory from the network threads to the drain threads until writes are quick again.")
                            .defaultsTo(Duration.ofMillis(5))
                            .between(Duration.ofMillis(1), Duration.ofMinutes(1)));
    static final ConfigKey<Integer> PRODUCERS_MAX =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.producers-max",
                                    ConfigType.INT,
                                    "How many idempotent producers are remembered per partition; beyond it the longest silent are forgotten.")
                            .defaultsTo(50_000)
                            .between(1, 10_000_000));
    static final ConfigKey<Integer> PRODUCERS_TOTAL =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.producers-total",
                                    ConfigType.INT,
                                    "How many idempotent producers all partitions together remember, each counted in every partition that it writes to; beyond it a partition forgets the longest silent of its own for each new one.")
                            .defaultsTo(500_000)
                            .between(1, Integer.MAX_VALUE));
    static final ConfigKey<Duration> PRODUCER_EXPIRATION =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.producer-expiration",
                                    ConfigType.DURATION,
                                    "How long an idempotent producer that writes nothing is remembered.")
                            .defaultsTo(Duration.ofDays(1))
                            .between(Duration.ofMillis(1), Duration.ofDays(36_500))
                            .alias("producer.id.expiration.ms"));
    static final ConfigKey<Duration> PRODUCER_EXPIRATION_INTERVAL =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.producer-expiration-check-interval",
                                    ConfigType.DURATION,
                                    "How often expired producers are dropped.")
                            .defaultsTo(Duration.ofMinutes(10))
                            .between(Duration.ofMillis(1), Duration.ofDays(365))
                            .alias("producer.id.expiration.check.interval.ms"));
    static final ConfigKey<Duration> RETENTION_INTERVAL =
            KEYS.add(
                    ConfigKey.of(
                                    "log.retention-check-interval",
                                    ConfigType.DURATION,
                                    "How often logs are looked through for data that retention lets go.")
                            .defaultsTo(Duration.ofMinutes(5))
                            .between(Duration.ofMillis(1), Duration.ofDays(365))
                            .alias("log.retention.check.interval.ms"));

    /** To how many bytes one batch may unfold. */
    public static final ConfigKey<DataSize> MAX_DECOMPRESSED_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.max-decompressed-bytes",
                                    ConfigType.SIZE,
                                    "To how many bytes a compressed batch may unfold when the broker must open it; beyond it the batch counts as undecodable.")
                            .defaultsTo(DataSize.ofMebibytes(256))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1 << 20)));

    static final ConfigKey<Integer> RECORDS_PER_COMPRESSED_BYTE =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.records-per-compressed-byte",
                                    ConfigType.INT,
                                    "How many records a compressed batch may claim for each of its compressed bytes; one that claims more is opened and counted before it is accepted. 0 opens every compressed batch.")
                            .defaultsTo(4)
                            .between(0, 1_000));

    /** How many tasks open batches at once. */
    public static final ConfigKey<Integer> BATCH_OPENINGS =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.batch-openings",
                                    ConfigType.INT,
                                    "How many tasks open batches at once: produced ones whose claims are in doubt, and stored ones that a look-up by timestamp passes.")
                            .defaultsTo(4)
                            .between(1, 1_024));

    /** How long a look-up by timestamp may take. */
    public static final ConfigKey<Duration> TIMESTAMP_LOOKUP_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.timestamp-lookup-timeout",
                                    ConfigType.DURATION,
                                    "How long a look-up by timestamp may go on opening batches before it is answered with REQUEST_TIMED_OUT; the next one goes on where it stopped.")
                            .defaultsTo(Duration.ofSeconds(20))
                            .between(Duration.ofMillis(1), Duration.ofHours(1)));

    /** The most bytes a second that are copied to other directories. */
    static final ConfigKey<DataSize> MOVE_BYTES_PER_SECOND =
            KEYS.add(
                    ConfigKey.of(
                                    "partition.move-bytes-per-second",
                                    ConfigType.SIZE,
                                    "How many bytes a second are copied at most to other log directories, all moving logs together.")
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1 << 20)));

    /** Every key of this concern. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    private PartitionSettings() {}

    /** How much one mailbox holds. */
    static MailboxBounds mailboxBounds(Config config) {
        return new MailboxBounds(config.get(MAILBOX_COMMANDS), config.get(MAILBOX_BYTES).bytes());
    }

    /** How much one thread drains in one go. */
    static DrainBounds drainBounds(Config config) {
        return new DrainBounds(
                config.get(DRAIN_QUOTA_COMMANDS),
                config.get(DRAIN_QUOTA_BYTES).bytes(),
                config.get(DRAIN_RUN_QUEUE));
    }
}
