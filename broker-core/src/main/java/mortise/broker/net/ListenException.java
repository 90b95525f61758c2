package mortise.broker.net;

/** A listener that cannot be opened. The message is one line: what, where, why, and what to do. */
public final class ListenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ListenException(String message, Throwable cause) {
        super(message, cause);
    }
}
