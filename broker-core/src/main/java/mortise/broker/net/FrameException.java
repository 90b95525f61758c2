package mortise.broker.net;

/**
 * Bytes that cannot be the beginning of a frame; the connection has lost its place and is closed.
 * It has no stack trace, because peers cause it at will.
 */
final class FrameException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient CloseReason reason;

    FrameException(CloseReason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    CloseReason reason() {
        return reason;
    }
}
