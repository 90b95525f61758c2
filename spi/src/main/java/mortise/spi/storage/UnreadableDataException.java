package mortise.spi.storage;

/**
 * What a log should hold cannot be read: bytes that are rotten or cut off, or a disk that does not
 * give them. Only the call failed: other reads, appends and syncs go on.
 */
public final class UnreadableDataException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final boolean damaged;

    /**
     * Data that cannot be read.
     *
     * @param damaged whether the bytes were read and are wrong, rather than not to be had
     * @param message names the file and the place in it
     */
    public UnreadableDataException(boolean damaged, String message, Throwable cause) {
        super(Reach.CALL, message, cause);
        this.damaged = damaged;
    }

    /** Whether the bytes were read and are wrong, rather than not to be had. */
    public boolean damaged() {
        return damaged;
    }
}
