package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A force that had begun and failed. Nobody knows any more what of the file is on the medium: a
 * later force that succeeds proves nothing, so this does not pass, whatever caused it.
 */
final class ForceFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;

    ForceFailedException(Path file, IOException cause) {
        super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
        this.file = file;
    }

    /** What was to be made durable. */
    Path file() {
        return file;
    }

    /** What the disk said. */
    IOException failure() {
        return getCause() instanceof IOException failure ? failure : this;
    }
}
