package mortise.broker.telemetry;

import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/** What can be set about what the broker tells of itself. */
public final class TelemetrySettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    /** For how many partitions there are metrics of their own. */
    public static final ConfigKey<Integer> PARTITION_SERIES =
            KEYS.add(
                    ConfigKey.of(
                                    "telemetry.partition-series",
                                    ConfigType.INT,
                                    "For how many partitions of this broker there are metrics with the labels topic and partition; those beyond are left out and counted. 0 means none, so that a metrics page stays small however many partitions there are.")
                            .defaultsTo(0)
                            .between(0, 100_000));

    /** All keys of this concern. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    private TelemetrySettings() {}
}
