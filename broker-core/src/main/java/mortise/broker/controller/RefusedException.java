package mortise.broker.controller;

import mortise.api.ErrorCode;

/** A part of a command is refused; caught by the command, which goes on with its other parts. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    RefusedException(ErrorCode error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    Verdict verdict() {
        return new Verdict(error, getMessage());
    }
}
