package mortise.client;

import mortise.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/** A broker answered with an error. */
public final class BrokerErrorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    BrokerErrorException(ErrorCode error, String message) {
        super(message);
        this.error = error;
    }

    /**
     * Throws if the code is not success.
     *
     * @param doing what was being done, to what
     * @param message the broker's own words, if it gave any
     */
    static void check(short code, String doing, @Nullable String message) {
        if (code != ErrorCode.NONE.code()) {
            ErrorCode error = ErrorCode.of(code);
            throw new BrokerErrorException(
                    error,
                    doing
                            + ": "
                            + error
                            + (message == null || message.isEmpty() ? "" : ": " + message));
        }
    }

    /** The error. */
    public ErrorCode error() {
        return error;
    }
}
