package mortise.junit.engine;

/** What the extension asks a process of, each with the arguments of its request. */
public enum Operation {
    /** How many chosen keys, then keys and values, the chosen ones first. */
    HOST,
    /** Nothing; answered with the address. */
    START,
    STOP,
    KILL,
    /** Nothing; answered with keys and values. */
    STATUS,
    /** Name, partitions, then keys and values. */
    CREATE_TOPIC,
    /** Name. */
    DELETE_TOPIC,
    /** API, error, times. */
    REFUSE,
    /** API; answered with the count. */
    REFUSALS_LEFT,
    CLEAR_REFUSALS,
    CLOSE
}
