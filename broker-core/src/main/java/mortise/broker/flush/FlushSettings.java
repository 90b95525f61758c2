package mortise.broker.flush;

import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/**
 * How logs are synced.
 *
 * @param threadsPerDirectory how many logs of one directory are synced at once
 */
public record FlushSettings(int threadsPerDirectory) {
    static final ConfigKey<Integer> THREADS_PER_DIRECTORY =
            ConfigKey.of(
                            "flush.threads-per-directory",
                            ConfigType.INT,
                            "How many logs of one log directory are synced at the same time, each by a thread of its own.")
                    .defaultsTo(2)
                    .between(1, 64);

    /** Every key of this concern. */
    public static final ConfigSchema SCHEMA = ConfigSchema.of(THREADS_PER_DIRECTORY);

    /** Reads the keys. */
    public static FlushSettings from(Config config) {
        return new FlushSettings(config.get(THREADS_PER_DIRECTORY));
    }
}
