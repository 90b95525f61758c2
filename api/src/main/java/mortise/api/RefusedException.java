package mortise.api;

/**
 * A request, or a part of one, that is refused for a reason the client should hear: the protocol's
 * error and a sentence for people. Expected, so it has no stack trace and is not logged as a fault.
 */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    /**
     * A refusal with this error.
     *
     * @param reason a sentence for people: what is refused, why, and what to do
     */
    public RefusedException(ErrorCode error, String reason) {
        super(reason, null, false, false);
        this.error = error;
    }

    /** What the client is told. */
    public ErrorCode error() {
        return error;
    }
}
