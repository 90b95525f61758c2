package mortise.broker.request;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.config.ConfigException;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import mortise.wire.MalformedMessageException;
import mortise.wire.OversizedMessageException;

/** The one table from the broker's own failures to the error codes of the protocol. */
public final class WireErrors {
    private WireErrors() {}

    /**
     * What a client is told about a failure; {@link ErrorCode#UNKNOWN_SERVER_ERROR} if it is none
     * of ours.
     */
    public static ErrorCode of(Throwable failure) {
        return switch (unwrapped(failure)) {
            case RefusedException refused -> refused.error();
            case OffsetOutOfRangeException outOfRange -> ErrorCode.OFFSET_OUT_OF_RANGE;
            case UnreadableDataException unreadable when unreadable.damaged() ->
                    ErrorCode.CORRUPT_MESSAGE;
            case StorageException storage -> of(storage.reach());
            case ConfigException config -> ErrorCode.INVALID_CONFIG;
            case MalformedMessageException malformed -> ErrorCode.INVALID_REQUEST;
            case OversizedMessageException oversized -> ErrorCode.INVALID_REQUEST;
            case TimeoutException timeout -> ErrorCode.REQUEST_TIMED_OUT;
            default -> ErrorCode.UNKNOWN_SERVER_ERROR;
        };
    }

    /** What a client is told about a store's failure: to come back, here or at another replica. */
    public static ErrorCode of(StorageException.Reach reach) {
        return switch (reach) {
            case CALL, LOG, DIRECTORY -> ErrorCode.KAFKA_STORAGE_ERROR;
        };
    }

    /** What people are told about a failure: its message, or its kind if it has none. */
    public static String reason(Throwable failure) {
        Throwable cause = unwrapped(failure);
        String message = cause.getMessage();
        return message != null ? message : cause.getClass().getSimpleName();
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException || cause instanceof ExecutionException) {
            Throwable inner = cause.getCause();
            if (inner == null) {
                return cause;
            }
            cause = inner;
        }
        return cause;
    }
}
