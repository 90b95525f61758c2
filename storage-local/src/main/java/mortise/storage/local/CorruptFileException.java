package mortise.storage.local;

import java.io.IOException;

/** A file that does not hold what it must; the disk itself answered. */
final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;

    CorruptFileException(String message) {
        super(message);
    }
}
