package mortise.metadata.config;

import java.util.Map;

/** What was set for brokers while they ran. */
@FunctionalInterface
public interface DynamicConfigs {
    /** Nothing was set. */
    DynamicConfigs NONE = resource -> Map.of();

    /**
     * The values of a resource by Kafka's names, or ours where Kafka has none: a broker's ID, or
     * empty for all brokers.
     */
    Map<String, String> brokerConfigs(String resource);
}
