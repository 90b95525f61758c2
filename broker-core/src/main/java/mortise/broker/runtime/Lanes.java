package mortise.broker.runtime;

/**
 * The lanes of one broker for work that may wait for a disk, one for each purpose, so that no kind
 * of work delays another.
 *
 * @param logs opening, closing and deleting logs, as roles of partitions change
 * @param requests large requests and answers
 * @param coldReads reads for fetches
 * @param upkeep what nobody waits for, such as retention
 */
public record Lanes(Blocking logs, Blocking requests, Blocking coldReads, Blocking upkeep) {
    /** Lanes of an execution. */
    public static Lanes on(Execution execution, LaneSettings settings) {
        return new Lanes(
                execution.lane("log", settings.logTasks()),
                execution.lane("request", settings.requestTasks()),
                execution.lane("cold-read", settings.coldReads()),
                execution.lane("upkeep", settings.upkeepTasks()));
    }

    /** One lane for every purpose, for whoever has nothing to keep apart. */
    public static Lanes shared(Blocking blocking) {
        return new Lanes(blocking, blocking, blocking, blocking);
    }
}
