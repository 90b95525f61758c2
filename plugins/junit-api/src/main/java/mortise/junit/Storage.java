package mortise.junit;

/** Where a test's broker keeps its records. */
public enum Storage {
    /** On the heap: nothing touches a disk, and nothing outlives a stop. */
    MEMORY,
    /**
     * As files in a temporary directory of the broker's own, which outlive a restart and a kill and
     * are removed at the end.
     */
    LOCAL
}
