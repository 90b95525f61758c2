package mortise.spi;

/** Which thread of the broker calls a method, and so what the method may do. */
public enum Caller {
    /**
     * A network event loop: must return within microseconds; no file read, no lock that another
     * kind of thread holds.
     */
    EVENT_LOOP,
    /**
     * The one thread that drains a partition's mailbox: never concurrent per partition; writes to
     * the page cache only.
     */
    WRITER,
    /** A flusher thread: may wait for fsync; concurrent with the writer. */
    FLUSHER,
    /** A virtual thread: may block. */
    VIRTUAL,
    /** Any thread: thread-safe, and must not block. */
    ANY
}
