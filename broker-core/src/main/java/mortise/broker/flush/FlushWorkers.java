package mortise.broker.flush;

/**
 * Who serves the tickets of one log directory: its flusher threads, or in simulation the one
 * thread.
 */
public interface FlushWorkers extends AutoCloseable {
    /** Serves a ticket later. It is in line at most once. */
    void submit(FlushTicket ticket);

    /** Serves everything in line and stops. */
    @Override
    void close();
}
