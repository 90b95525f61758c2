package mortise.broker.runtime;

import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/** How much work of each purpose runs at once that may wait for a disk. */
public final class LaneSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<Integer> LOG_TASKS =
            KEYS.add(
                    ConfigKey.of(
                                    "runtime.log-tasks",
                                    ConfigType.INT,
                                    "How many logs are opened, closed or deleted at once, each of which may wait for a disk.")
                            .defaultsTo(32)
                            .between(1, 10_000));

    static final ConfigKey<Integer> REQUEST_TASKS =
            KEYS.add(
                    ConfigKey.of(
                                    "runtime.request-tasks",
                                    ConfigType.INT,
                                    "How many large requests and answers about topics and brokers are worked on at once.")
                            .defaultsTo(16)
                            .between(1, 10_000));

    static final ConfigKey<Integer> COLD_READS =
            KEYS.add(
                    ConfigKey.of(
                                    "runtime.cold-reads",
                                    ConfigType.INT,
                                    "How many fetches read at once what may have to come from a disk.")
                            .defaultsTo(64)
                            .between(1, 10_000));

    static final ConfigKey<Integer> UPKEEP_TASKS =
            KEYS.add(
                    ConfigKey.of(
                                    "runtime.upkeep-tasks",
                                    ConfigType.INT,
                                    "How many logs are looked through at once for data that their topics let go.")
                            .defaultsTo(4)
                            .between(1, 10_000));

    /** How many logs are compacted at once. */
    public static final ConfigKey<Integer> COMPACTIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "runtime.compactions",
                                    ConfigType.INT,
                                    "How many logs are compacted at once.")
                            .defaultsTo(1)
                            .between(1, 64)
                            .alias("log.cleaner.threads"));

    static final ConfigKey<Integer> MOVES =
            KEYS.add(
                    ConfigKey.of(
                                    "runtime.log-moves",
                                    ConfigType.INT,
                                    "How many logs are copied to other log directories at once.")
                            .defaultsTo(1)
                            .between(1, 64)
                            .alias("num.replica.alter.log.dirs.threads"));

    /** Every key of this concern. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    private LaneSettings() {}
}
