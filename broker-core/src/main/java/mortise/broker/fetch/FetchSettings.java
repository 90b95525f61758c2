package mortise.broker.fetch;

import java.time.Duration;
import mortise.api.DataSize;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/** What can be set about fetches. */
public final class FetchSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<Integer> SESSION_SLOTS =
            KEYS.add(
                    ConfigKey.of(
                                    "fetch.session-slots",
                                    ConfigType.INT,
                                    "How many incremental fetch sessions are kept; clients beyond it fetch in full each time.")
                            .defaultsTo(1_000)
                            .between(0, 10_000_000)
                            .alias("max.incremental.fetch.session.cache.slots"));
    static final ConfigKey<Integer> SESSION_PARTITIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "fetch.session-partitions",
                                    ConfigType.INT,
                                    "How many partitions all fetch sessions together remember; a client whose partitions do not fit fetches in full each time.")
                            .defaultsTo(500_000)
                            .between(0, Integer.MAX_VALUE));
    static final ConfigKey<Duration> SESSION_MIN_EVICTION =
            KEYS.add(
                    ConfigKey.of(
                                    "fetch.session-min-eviction",
                                    ConfigType.DURATION,
                                    "A fetch session that was used more recently than this does not make room for a new one.")
                            .defaultsTo(Duration.ofMinutes(2))
                            .between(Duration.ZERO, Duration.ofDays(1)));
    static final ConfigKey<Duration> SESSION_IDLE_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "fetch.session-idle-timeout",
                                    ConfigType.DURATION,
                                    "A fetch session that nobody uses for this long is dropped; its client begins another.")
                            .defaultsTo(Duration.ofMinutes(15))
                            .between(Duration.ofSeconds(1), Duration.ofDays(365)));
    static final ConfigKey<DataSize> MAX_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "fetch.max-bytes",
                                    ConfigType.SIZE,
                                    "The most bytes of records in one fetch response, whatever the client allows; a first batch that is larger is still sent whole.")
                            .defaultsTo(DataSize.ofMebibytes(55))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1_024))
                            .alias("fetch.max.bytes"));
    static final ConfigKey<Duration> MAX_WAIT =
            KEYS.add(
                    ConfigKey.of(
                                    "fetch.max-wait",
                                    ConfigType.DURATION,
                                    "The longest that a fetch waits for data, whatever the client asks.")
                            .defaultsTo(Duration.ofMinutes(5))
                            .between(Duration.ofMillis(1), Duration.ofDays(1)));

    /** Every key of this concern. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    private FetchSettings() {}
}
