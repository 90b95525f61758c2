package mortise.broker;

/** Topics cannot be imported; the message is one line with the cause and the remedy. */
public final class RefusedImportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedImportException(String message) {
        super(message);
    }

    RefusedImportException(String message, Throwable cause) {
        super(message, cause);
    }
}
