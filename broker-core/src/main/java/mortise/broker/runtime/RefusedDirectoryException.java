package mortise.broker.runtime;

/** A data directory that this broker must not use, with the reason and the remedy in one line. */
public final class RefusedDirectoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the line. */
    public RefusedDirectoryException(String message) {
        super(message);
    }

    /** With the line, and what it is from. */
    public RefusedDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
