package mortise.record;

import java.io.Serial;
import mortise.api.ErrorCode;

/** A batch's codec is not installed, or is none that the protocol knows. */
public final class UnsupportedCodecException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    UnsupportedCodecException(String message) {
        super(message);
    }

    /** What a client is told. */
    public ErrorCode code() {
        return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
    }
}
