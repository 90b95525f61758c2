package mortise.broker.plugin.folder;

/** A folder of plugins cannot be loaded; the message says why and what to do, without its name. */
public final class RefusedFolderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedFolderException(String message) {
        super(message);
    }

    RefusedFolderException(String message, Throwable cause) {
        super(message, cause);
    }
}
