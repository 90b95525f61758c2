package mortise.broker.runtime;

import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/**
 * How much work of each purpose runs at once that may wait for a disk.
 *
 * @param logTasks opening, closing and deleting logs, as roles of partitions change
 * @param requestTasks large requests and answers
 * @param coldReads reads for fetches
 * @param upkeepTasks what nobody waits for, such as retention
 */
public record LaneSettings(int logTasks, int requestTasks, int coldReads, int upkeepTasks) {
    static final ConfigKey<Integer> LOG_TASKS =
            ConfigKey.of(
                            "runtime.log-tasks",
                            ConfigType.INT,
                            "How many logs are opened, closed or deleted at once, each of which may wait for a disk.")
                    .defaultsTo(32)
                    .between(1, 10_000);

    static final ConfigKey<Integer> REQUEST_TASKS =
            ConfigKey.of(
                            "runtime.request-tasks",
                            ConfigType.INT,
                            "How many large requests and answers about topics and brokers are worked on at once.")
                    .defaultsTo(16)
                    .between(1, 10_000);

    static final ConfigKey<Integer> COLD_READS =
            ConfigKey.of(
                            "runtime.cold-reads",
                            ConfigType.INT,
                            "How many fetches read at once what may have to come from a disk.")
                    .defaultsTo(64)
                    .between(1, 10_000);

    static final ConfigKey<Integer> UPKEEP_TASKS =
            ConfigKey.of(
                            "runtime.upkeep-tasks",
                            ConfigType.INT,
                            "How many logs are looked through at once for data that their topics let go.")
                    .defaultsTo(4)
                    .between(1, 10_000);

    /** Every key of this concern. */
    public static final ConfigSchema SCHEMA =
            ConfigSchema.of(LOG_TASKS, REQUEST_TASKS, COLD_READS, UPKEEP_TASKS);

    /** Reads the keys. */
    public static LaneSettings from(Config config) {
        return new LaneSettings(
                config.get(LOG_TASKS),
                config.get(REQUEST_TASKS),
                config.get(COLD_READS),
                config.get(UPKEEP_TASKS));
    }
}
