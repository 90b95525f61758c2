package mortise.broker.runtime;

import mortise.api.config.Config;

/**
 * The lanes of one broker for work that may wait for a disk, one for each purpose, so that no kind
 * of work delays another.
 *
 * @param logs opening, closing and deleting logs, as roles of partitions change
 * @param requests large requests and answers
 * @param coldReads reads for fetches
 * @param upkeep what nobody waits for, such as retention
 * @param compaction compacting logs, each of which may take minutes
 * @param moves copying logs to other directories, each of which may take hours
 */
public record Lanes(
        Blocking logs,
        Blocking requests,
        Blocking coldReads,
        Blocking upkeep,
        Blocking compaction,
        Blocking moves) {
    /** Lanes of an execution. */
    public static Lanes on(Execution execution, Config config) {
        return new Lanes(
                execution.lane("log", config.get(LaneSettings.LOG_TASKS)),
                execution.lane("request", config.get(LaneSettings.REQUEST_TASKS)),
                execution.lane("cold-read", config.get(LaneSettings.COLD_READS)),
                execution.lane("upkeep", config.get(LaneSettings.UPKEEP_TASKS)),
                execution.lane("compaction", config.get(LaneSettings.COMPACTIONS)),
                execution.lane("move", config.get(LaneSettings.MOVES)));
    }

    /** One lane for every purpose, for whoever has nothing to keep apart. */
    public static Lanes shared(Blocking blocking) {
        return new Lanes(blocking, blocking, blocking, blocking, blocking, blocking);
    }
}
