package mortise.broker.flush;

import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/** What can be set about the syncing of logs. */
public final class FlushSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<Integer> THREADS_PER_DIRECTORY =
            KEYS.add(
                    ConfigKey.of(
                                    "flush.threads-per-directory",
                                    ConfigType.INT,
                                    "How many logs of one log directory are synced at the same time, each by a thread of its own.")
                            .defaultsTo(2)
                            .between(1, 64));

    /** Every key of this concern. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    private FlushSettings() {}
}
