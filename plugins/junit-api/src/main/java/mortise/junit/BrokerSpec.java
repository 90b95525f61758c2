package mortise.junit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.api.Clock;
import mortise.junit.engine.BrokerOrder;
import mortise.spi.Provider;

/**
 * What a test asked for. Immutable.
 *
 * @param config configuration by key
 * @param topics partitions by topic name
 * @param plugins plugins that no loader finds
 * @param clock what times the faults
 */
record BrokerSpec(
        Storage storage,
        Map<String, String> config,
        Map<String, Integer> topics,
        List<Provider<?>> plugins,
        Clock clock) {
    /** Keys whose values the extension chooses, for its proxy stands between. */
    private static final Set<String> CHOSEN =
            Set.of("listeners", "advertised-listeners", "advertised.listeners");

    BrokerSpec {
        config = Map.copyOf(config);
        topics = Map.copyOf(topics);
        plugins = List.copyOf(plugins);
    }

    /** A broker of this storage and nothing but defaults. */
    static BrokerSpec of(Storage storage) {
        return new BrokerSpec(storage, Map.of(), Map.of(), List.of(), Clock.system());
    }

    /** What an annotation says. */
    static BrokerSpec of(MortiseBroker asked) {
        BrokerSpec spec = of(asked.storage());
        for (String pair : asked.config()) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(
                        "@MortiseBroker: config '" + pair + "' is not key=value");
            }
            spec = spec.with(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
        }
        for (String topic : asked.topics()) {
            int colon = topic.lastIndexOf(':');
            spec =
                    colon < 0
                            ? spec.topic(topic, 1)
                            : spec.topic(
                                    topic.substring(0, colon),
                                    partitions(topic, topic.substring(colon + 1)));
        }
        return spec;
    }

    private static int partitions(String topic, String count) {
        try {
            return Integer.parseInt(count);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "@MortiseBroker: topic '" + topic + "' is not name:partitions", notANumber);
        }
    }

    BrokerSpec with(String key, String value) {
        if (CHOSEN.contains(key)) {
            throw new IllegalArgumentException(
                    key
                            + " is chosen by the extension, whose proxy stands between clients and"
                            + " broker; ask TestBroker.bootstrapServers for the address");
        }
        if (key.equals(BrokerOrder.DATA_DIRECTORY)) {
            throw new IllegalArgumentException(
                    key
                            + " is chosen by the extension, which removes it at the end; with a"
                            + " directory of your own use mortise.broker.BrokerBuilder");
        }
        Map<String, String> more = new LinkedHashMap<>(config);
        more.put(key, value);
        return new BrokerSpec(storage, more, topics, plugins, clock);
    }

    BrokerSpec topic(String name, int partitions) {
        if (partitions < 1) {
            throw new IllegalArgumentException(
                    "topic '" + name + "' with " + partitions + " partitions; one is the least");
        }
        Map<String, Integer> more = new LinkedHashMap<>(topics);
        more.put(name, partitions);
        return new BrokerSpec(storage, config, more, plugins, clock);
    }

    BrokerSpec plugin(Provider<?> provider) {
        List<Provider<?>> more = new ArrayList<>(plugins);
        more.add(provider);
        return new BrokerSpec(storage, config, topics, more, clock);
    }
}
