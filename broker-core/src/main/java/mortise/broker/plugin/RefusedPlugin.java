package mortise.broker.plugin;

/**
 * Something in a plugin's place that cannot be used. It hinders nothing else, unless it was chosen.
 *
 * @param place where it is: {@code plugins/NAME}, {@code built in}
 * @param name the plugin's name, or its class or folder; empty if it has none
 * @param reason why it was refused
 */
public record RefusedPlugin(String place, String name, String reason) {
    @Override
    public String toString() {
        return place + ": " + reason;
    }
}
