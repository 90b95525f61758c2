package mortise.wire;

/**
 * Bytes that are not the message they claim to be. It has no stack trace, because peers can cause
 * it at will; the message names the field and the position instead.
 */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What was read, where, the value met and the value wanted. */
    public MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
