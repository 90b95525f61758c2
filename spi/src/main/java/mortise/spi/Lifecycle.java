package mortise.spi;

import java.util.Optional;

/**
 * What a {@link Provider} makes, of whatever kind. Each instance goes the same way:
 *
 * <ol>
 *   <li>{@link Provider#create} checks its configuration and allocates it, without I/O;
 *   <li>{@link #start} brings it to where it can work, and may do I/O for that;
 *   <li>when {@code start} has returned it is ready, and asked for what its kind does;
 *   <li>{@link #close} ends it.
 * </ol>
 *
 * <p>The plugins of a broker start side by side, each within {@code plugins.start-timeout}; a
 * broker is not ready before all of them are. A partitioner starts where records are produced.
 */
public interface Lifecycle extends AutoCloseable {
    /**
     * Makes it ready: opens what it needs, reads what its answers rest on, connects, recovers. It
     * may wait and do I/O, and may start threads of its context. Called once, before all else but
     * {@link #close}; other plugins may not have started yet. Does nothing unless overridden.
     *
     * @throws Exception if it cannot be made ready; whoever starts it then says so, with the chain
     *     of causes in one line, and closes it
     */
    @CalledOn(Caller.VIRTUAL)
    default void start() throws Exception {}

    /**
     * Why it cannot do its work at present, as one line for people; empty while it can. A broker
     * shows it in its health, and is not ready meanwhile. Answers from memory; asked from the end
     * of {@link #start} on, every second or so. Empty unless overridden.
     */
    @CalledOn(Caller.ANY)
    default Optional<String> failure() {
        return Optional.empty();
    }

    /**
     * Ends it and lets go of every port, file and thread. Also called if {@link #start} failed or
     * was never called.
     */
    @Override
    @CalledOn(Caller.VIRTUAL)
    void close();
}
