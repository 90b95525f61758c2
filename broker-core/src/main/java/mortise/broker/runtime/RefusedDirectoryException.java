package mortise.broker.runtime;

/** A data directory that this broker must not use, with the reason and the remedy in one line. */
public final class RefusedDirectoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedDirectoryException(String message) {
        super(message);
    }

    RefusedDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
