package mortise.coordinator;

/**
 * A state that stands on the records of one partition of an internal topic. Commands are methods of
 * its own; this is what its host needs of it. Confined to its host.
 */
public interface ReplicatedState {
    /**
     * Applies a record of the log, in the order of offsets, before {@link #loaded}.
     *
     * @throws RuntimeException if it is damaged or of no known kind: the host names it and goes on
     *     with the next one
     */
    void replay(CoordinatorRecord record);

    /** The log has been replayed to its end; from here on commands are decided. */
    void loaded(CommandContext context);

    /** Its deadlines. */
    Deadlines deadlines();

    /**
     * The coordinator is somewhere else from now on: refuses whoever waits for something that other
     * clients were to bring about.
     */
    void unload();
}
