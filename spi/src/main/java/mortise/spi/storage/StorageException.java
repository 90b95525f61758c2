package mortise.spi.storage;

/**
 * A store could not do what it was asked; the message says what, to which log, why, and what to do.
 */
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How far the failure reaches. */
    public enum Reach {
        /**
         * This call only; the log is as it was. For example the disk is full, the process has too
         * many files open, or what is to be read is damaged.
         */
        CALL,
        /** This log cannot be used any more. */
        LOG,
        /** No log of this directory can be used any more. */
        DIRECTORY
    }

    private final Reach reach;

    /** A failure of this reach. */
    public StorageException(Reach reach, String message) {
        super(message);
        this.reach = reach;
    }

    /** A failure of this reach with its cause. */
    public StorageException(Reach reach, String message, Throwable cause) {
        super(message, cause);
        this.reach = reach;
    }

    /** How far the failure reaches. */
    public Reach reach() {
        return reach;
    }
}
