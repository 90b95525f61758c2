package mortise.storage.local;

import java.io.IOException;

/** A file that a reader wanted was retired meanwhile: look at the log anew. */
final class RemovedWhileReadException extends IOException {
    private static final long serialVersionUID = 1L;

    RemovedWhileReadException(CachedFile file) {
        super(file.path() + " was removed while it was read");
    }
}
