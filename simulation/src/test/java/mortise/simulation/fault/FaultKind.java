package mortise.simulation.fault;

/** What may go wrong in a run. */
public enum FaultKind {
    /** A connection ends after any byte, in either direction. */
    CUT,
    /** A connection is reset. */
    RESET,
    /** A connection falls silent; one side notices long after the other. */
    HALF_OPEN,
    /** What is sent takes long. */
    DELAY,
    /** The process is killed; the page cache survives. */
    KILL,
    /** The machine loses its power; what was not synced is gone, torn or there by chance. */
    POWER_LOSS,
    /** The same in the middle of a change to the disk. */
    POWER_LOSS_IN_A_CHANGE,
    /** Writes find no space. */
    FULL_DISK,
    /** Writes fail. */
    FAILING_WRITES,
    /** Forces fail, and what they were to bring to the disk is lost. */
    FAILING_FORCES,
    /** Reads fail. */
    FAILING_READS,
    /** Every operation of the disk takes long. */
    SLOW_DISK,
    /** The wall clock is set, forwards or backwards. */
    CLOCK_JUMP,
    /** The broker is stopped in an orderly way and started again. */
    RESTART
}
