package mortise.record;

import java.io.Serial;
import mortise.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/** The records of a batch contradict their format, although its header may be in order. */
public final class CorruptRecordException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    private final long position;

    CorruptRecordException(String message, long position, @Nullable Throwable cause) {
        super(message, cause);
        this.position = position;
    }

    CorruptRecordException(String message, long position) {
        this(message, position, null);
    }

    /**
     * Where the fault is: the byte within the batch if it is uncompressed, else the byte within
     * what the batch opens to.
     */
    public long position() {
        return position;
    }

    /** What a client is told. */
    public ErrorCode code() {
        return ErrorCode.CORRUPT_MESSAGE;
    }
}
