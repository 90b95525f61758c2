package mortise.broker.plugin;

/** A plugin was chosen that is not there; the message lists those that are. */
public final class UnknownPluginException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String key;

    UnknownPluginException(PluginKind<?> kind, String message) {
        super(message);
        this.key = "plugins." + kind;
    }

    /** The configuration key that chose it. */
    public String key() {
        return key;
    }
}
