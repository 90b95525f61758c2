package mortise.tck.sim;

/** Something that is wrong with a {@link SimDisk} until it is healed. Thread-safe. */
public interface Fault extends AutoCloseable {
    /** Ends the fault; whoever waits because of it goes on. */
    void heal();

    /** How many operations have met it. */
    int met();

    @Override
    default void close() {
        heal();
    }
}
