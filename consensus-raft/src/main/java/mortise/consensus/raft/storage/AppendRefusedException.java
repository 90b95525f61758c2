package mortise.consensus.raft.storage;

import java.io.IOException;

/** Entries could not be stored, are not in the log, and the log is as it was before. */
public final class AppendRefusedException extends IOException {
    public AppendRefusedException(String message, IOException cause) {
        super(message, cause);
    }
}
