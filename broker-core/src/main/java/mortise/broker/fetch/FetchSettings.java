package mortise.broker.fetch;

import java.time.Duration;
import mortise.api.DataSize;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/**
 * The bounds of fetching.
 *
 * @param sessionSlots how many incremental sessions are kept
 * @param sessionPartitions how many partitions all sessions together are interested in
 * @param sessionMinEviction a session used more recently than this is not evicted for another
 * @param sessionIdleTimeout a session not used for this long is dropped
 * @param maxBytes the most that one response carries, whatever the request allows
 * @param maxWait the longest that a fetch waits, whatever the request asks
 */
public record FetchSettings(
        int sessionSlots,
        int sessionPartitions,
        Duration sessionMinEviction,
        Duration sessionIdleTimeout,
        int maxBytes,
        Duration maxWait) {
    private static final ConfigKey<Integer> SESSION_SLOTS =
            ConfigKey.of(
                            "fetch.session-slots",
                            ConfigType.INT,
                            "How many incremental fetch sessions are kept; clients beyond it fetch in full each time.")
                    .defaultsTo(1_000)
                    .between(0, 10_000_000)
                    .alias("max.incremental.fetch.session.cache.slots");
    private static final ConfigKey<Integer> SESSION_PARTITIONS =
            ConfigKey.of(
                            "fetch.session-partitions",
                            ConfigType.INT,
                            "How many partitions all fetch sessions together remember; a client whose partitions do not fit fetches in full each time.")
                    .defaultsTo(500_000)
                    .between(0, Integer.MAX_VALUE);
    private static final ConfigKey<Duration> SESSION_MIN_EVICTION =
            ConfigKey.of(
                            "fetch.session-min-eviction",
                            ConfigType.DURATION,
                            "A fetch session that was used more recently than this does not make room for a new one.")
                    .defaultsTo(Duration.ofMinutes(2))
                    .between(Duration.ZERO, Duration.ofDays(1));
    private static final ConfigKey<Duration> SESSION_IDLE_TIMEOUT =
            ConfigKey.of(
                            "fetch.session-idle-timeout",
                            ConfigType.DURATION,
                            "A fetch session that nobody uses for this long is dropped; its client begins another.")
                    .defaultsTo(Duration.ofMinutes(15))
                    .between(Duration.ofSeconds(1), Duration.ofDays(365));
    private static final ConfigKey<DataSize> MAX_BYTES =
            ConfigKey.of(
                            "fetch.max-bytes",
                            ConfigType.SIZE,
                            "The most bytes of records in one fetch response, whatever the client allows; a first batch that is larger is still sent whole.")
                    .defaultsTo(DataSize.ofMebibytes(55))
                    .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1_024))
                    .alias("fetch.max.bytes");
    private static final ConfigKey<Duration> MAX_WAIT =
            ConfigKey.of(
                            "fetch.max-wait",
                            ConfigType.DURATION,
                            "The longest that a fetch waits for data, whatever the client asks.")
                    .defaultsTo(Duration.ofMinutes(5))
                    .between(Duration.ofMillis(1), Duration.ofDays(1));

    /** Every key of this concern. */
    public static final ConfigSchema SCHEMA =
            ConfigSchema.of(
                    SESSION_SLOTS,
                    SESSION_PARTITIONS,
                    SESSION_MIN_EVICTION,
                    SESSION_IDLE_TIMEOUT,
                    MAX_BYTES,
                    MAX_WAIT);

    /** Reads the keys. */
    public static FetchSettings from(Config config) {
        return new FetchSettings(
                config.get(SESSION_SLOTS),
                config.get(SESSION_PARTITIONS),
                config.get(SESSION_MIN_EVICTION),
                config.get(SESSION_IDLE_TIMEOUT),
                (int) config.get(MAX_BYTES).bytes(),
                config.get(MAX_WAIT));
    }
}
