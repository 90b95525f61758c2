package mortise.broker.runtime;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** Makes {@link Workers}. */
public interface WorkerSource {
    /**
     * Workers with a queue of their own, ready at once.
     *
     * @param role what they do, for names of threads and messages: {@code drain}
     * @param count how many items are served at once; from 1
     * @param servers makes what serves an item, once for each worker; it may keep what only its
     *     worker touches. What it throws is named and counted, and the worker goes on
     */
    <T> Workers<T> workers(String role, int count, Supplier<Consumer<T>> servers);
}
