package mortise.storage.local;

/** How the process ended that had a log open last, as far as anybody knows. */
enum Ending {
    /** It closed the log: everything is synced and as it was left. */
    CLOSED,

    /**
     * It was killed, and the machine went on: every write that returned is there, synced or not,
     * and the last one may be there in part.
     */
    KILLED,

    /** The machine may have lost power: what was not synced is lost, whole, or anything between. */
    UNKNOWN
}
