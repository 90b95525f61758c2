package mortise.broker.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mortise.api.HostPort;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigProblem;
import org.jspecify.annotations.Nullable;

/**
 * One listener as it is configured.
 *
 * @param name its name in upper case
 * @param bind where it listens
 * @param advertised what clients are told to connect to; null: the address that each client came by
 */
public record ListenerSettings(String name, HostPort bind, @Nullable HostPort advertised) {
    private static final String DEFAULT_NAME = "PLAINTEXT";

    static List<ListenerSettings> parse(List<String> listeners, List<String> advertised) {
        Map<String, HostPort> told = new LinkedHashMap<>();
        advertised.forEach(text -> told.put(name(text), address(text)));
        List<ListenerSettings> parsed = new ArrayList<>();
        for (String text : listeners) {
            parsed.add(new ListenerSettings(name(text), address(text), told.remove(name(text))));
        }
        if (!told.isEmpty()) {
            throw new ConfigException(
                    told.keySet().stream()
                            .map(name ->
                                    new ConfigProblem(
                                            BrokerSettings.ADVERTISED_LISTENERS.name(),
                                            "'"
                                                    + name
                                                    + "' is advertised but there is no listener of that name; listeners are "
                                                    + String.join(", ", listeners)))
                            .toList());
        }
        return parsed;
    }

    static @Nullable String problemWithListeners(List<String> listeners) {
        if (listeners.isEmpty()) {
            return "names no listener";
        }
        List<String> names = listeners.stream().map(ListenerSettings::name).toList();
        if (names.stream().distinct().count() < names.size()) {
            return "names two listeners alike; give each a name of its own, as in INTERNAL://HOST:PORT";
        }
        return problemWithAddresses(listeners);
    }

    static @Nullable String problemWithAdvertised(List<String> advertised) {
        String problem = problemWithAddresses(advertised);
        if (problem == null && advertised.stream().anyMatch(text -> address(text).port() == 0)) {
            return "advertises port 0; clients need the real port";
        }
        if (problem == null
                && advertised.stream().anyMatch(text -> address(text).host().equals("0.0.0.0"))) {
            return "advertises 0.0.0.0, to which no client can connect; name the host that clients reach this broker by";
        }
        return problem;
    }

    private static @Nullable String problemWithAddresses(List<String> texts) {
        for (String text : texts) {
            try {
                address(text);
            } catch (IllegalArgumentException malformed) {
                String which = texts.size() == 1 ? "" : "holds '" + text + "', which ";
                String why = String.valueOf(malformed.getMessage());
                return which
                        + (why.startsWith("port ")
                                ? "has a port out of range: " + why
                                : "is not HOST:PORT; write it as in 127.0.0.1:9092");
            }
            if (!name(text).matches("[A-Z0-9_]+")) {
                return "names a listener '"
                        + name(text)
                        + "'; letters, digits and underscores are allowed";
            }
            if (text.contains("://")
                    && List.of("SSL", "SASL_SSL", "SASL_PLAINTEXT").contains(name(text))) {
                return "asks for "
                        + name(text)
                        + ", which this version does not serve; listeners are plaintext";
            }
        }
        return null;
    }

    private static String name(String text) {
        int scheme = text.indexOf("://");
        return scheme < 0 ? DEFAULT_NAME : text.substring(0, scheme).toUpperCase(Locale.ROOT);
    }

    private static HostPort address(String text) {
        int scheme = text.indexOf("://");
        String address = scheme < 0 ? text : text.substring(scheme + 3);
        return HostPort.parse(address.startsWith(":") ? "0.0.0.0" + address : address);
    }
}
