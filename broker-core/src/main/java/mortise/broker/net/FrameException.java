package mortise.broker.net;

/**
 * Bytes that cannot be the beginning of a frame; the connection has lost its place and is closed.
 * It has no stack trace, because peers cause it at will.
 */
final class FrameException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient CloseReason reason;
    private final String kind;

    FrameException(CloseReason reason, String message) {
        this(reason, reason.text(), message);
    }

    /**
     * Of a kind of its own.
     *
     * @param kind of what there is one line for each peer in an interval
     */
    FrameException(CloseReason reason, String kind, String message) {
        super(message, null, false, false);
        this.reason = reason;
        this.kind = kind;
    }

    String kind() {
        return kind;
    }

    CloseReason reason() {
        return reason;
    }
}
