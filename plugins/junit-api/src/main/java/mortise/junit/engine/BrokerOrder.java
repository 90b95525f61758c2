package mortise.junit.engine;

import java.util.List;
import java.util.Map;
import mortise.spi.Provider;

/**
 * What a broker is to be like. Immutable.
 *
 * @param chosen configuration that the extension chose, {@value #DATA_DIRECTORY} among it
 * @param asked configuration that the test asked for, which is put on top
 * @param plugins plugins that no loader finds
 */
public record BrokerOrder(
        Map<String, String> chosen, Map<String, String> asked, List<Provider<?>> plugins) {
    /** The key of the directory that a broker may fill, and that is removed after it. */
    public static final String DATA_DIRECTORY = "data.directory";

    /** The name of the one listener that each order has. */
    public static final String LISTENER = "PLAINTEXT";

    public BrokerOrder {
        chosen = Map.copyOf(chosen);
        asked = Map.copyOf(asked);
        plugins = List.copyOf(plugins);
    }
}
