package mortise.broker.plugin;

/** A plugin cannot be used; the message names it, says why, and what to do. */
public final class RefusedPluginException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedPluginException(String message) {
        super(message);
    }

    RefusedPluginException(String message, Throwable cause) {
        super(message, cause);
    }
}
