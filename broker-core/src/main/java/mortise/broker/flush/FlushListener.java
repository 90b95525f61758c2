package mortise.broker.flush;

/** Who wants to know how a sync ended. Called on a flusher thread; must not block. */
public interface FlushListener {
    /** A sync has returned: the log's durable end has moved as far as it can. */
    void flushed();

    /** A sync has failed: what was appended since the last one may not survive a crash. */
    void flushFailed(RuntimeException cause);
}
