package mortise.broker.plugin.folder;

/** A plugin folder's index cannot be used: it is damaged, or was made for other jars. */
final class UnfitIndexException extends Exception {
    private static final long serialVersionUID = 1L;

    UnfitIndexException(String reason) {
        super(reason);
    }

    UnfitIndexException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
