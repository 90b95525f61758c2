package mortise.broker.controller;

import mortise.api.ErrorCode;

/** A command as a whole was not carried out, or nobody knows whether it was. */
public final class ControllerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    /** With what the client is told. */
    public ControllerException(ErrorCode error, String message) {
        super(message);
        this.error = error;
    }

    /** What the client is told. */
    public ErrorCode error() {
        return error;
    }
}
