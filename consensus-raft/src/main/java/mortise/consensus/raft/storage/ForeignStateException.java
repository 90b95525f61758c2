package mortise.consensus.raft.storage;

/** What is stored is whole, but not for this node or not for this build. */
public final class ForeignStateException extends IllegalStateException {
    public ForeignStateException(String message) {
        super(message);
    }
}
