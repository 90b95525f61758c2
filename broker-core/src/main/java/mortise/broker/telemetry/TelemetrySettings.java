package mortise.broker.telemetry;

import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/**
 * What the broker tells of itself.
 *
 * @param partitionSeries for how many partitions there are metrics of their own
 */
public record TelemetrySettings(int partitionSeries) {
    static final ConfigKey<Integer> PARTITION_SERIES =
            ConfigKey.of(
                            "telemetry.partition-series",
                            ConfigType.INT,
                            "For how many partitions of this broker there are metrics with the labels topic and partition; those beyond are left out and counted. 0 means none, so that a metrics page stays small however many partitions there are.")
                    .defaultsTo(0)
                    .between(0, 100_000);

    /** All keys of this concern. */
    public static final ConfigSchema SCHEMA = ConfigSchema.of(PARTITION_SERIES);

    /** Reads the settings. */
    public static TelemetrySettings from(Config config) {
        return new TelemetrySettings(config.get(PARTITION_SERIES));
    }
}
