package mortise.broker.runtime;

/**
 * A queue and those that serve it, a fixed number at once. Nothing bounds the queue: who submits
 * does. Thread-safe.
 *
 * @param <T> what they serve
 */
public interface Workers<T> extends AutoCloseable {
    /** Serves an item later. */
    void submit(T item);

    /** How many items wait. */
    int waiting();

    /** Serves everything that waits and stops; returns when that is done. */
    @Override
    void close();
}
