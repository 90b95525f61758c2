package mortise.broker.plugin;

/** A plugin was chosen that is not there; the message lists those that are. */
public final class UnknownPluginException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownPluginException(String message) {
        super(message);
    }
}
