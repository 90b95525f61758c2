package mortise.client;

import mortise.api.ErrorCode;
import mortise.api.ForeignText;
import org.jspecify.annotations.Nullable;

/** A broker answered with an error. The message is one line, whatever the broker said. */
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
            throw of(ErrorCode.of(code), doing, message);
        }
    }

    static BrokerErrorException of(ErrorCode error, String doing, @Nullable String message) {
        return new BrokerErrorException(
                error,
                ForeignText.of(doing)
                        + ": "
                        + error
                        + (message == null || message.isEmpty()
                                ? ""
                                : ": " + ForeignText.of(message)));
    }

    /** Throws if the code of a topic's metadata is not success, saying what to do about it. */
    static void checkTopic(short code, String topic) {
        String hint =
                switch (ErrorCode.of(code)) {
                    case UNKNOWN_TOPIC_OR_PARTITION ->
                            "there is no such topic; 'mortise topics list' shows which there are, 'mortise topics create' makes one";
                    case INVALID_TOPIC_EXCEPTION ->
                            "a name has 1 to 249 ASCII letters, digits, '.', '_' and '-'";
                    default -> null;
                };
        check(code, "topic " + topic, hint);
    }

    /** The same error, with what it leaves behind. */
    BrokerErrorException adding(String consequence) {
        BrokerErrorException longer =
                new BrokerErrorException(error, getMessage() + "; " + consequence);
        longer.initCause(this);
        return longer;
    }

    /** The error. */
    public ErrorCode error() {
        return error;
    }
}
