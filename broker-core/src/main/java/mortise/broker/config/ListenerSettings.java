package mortise.broker.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
    private static final String PLAINTEXT = "PLAINTEXT";

    /** What a listener's name would promise; none of it is served. */
    private static final Set<String> OTHER_PROTOCOLS =
            Set.of(
                    "SSL",
                    "TLS",
                    "MTLS",
                    "SASL",
                    "SASL_SSL",
                    "SASL_TLS",
                    "SASL_PLAINTEXT",
                    "HTTP",
                    "HTTPS",
                    "WS",
                    "WSS",
                    "TCP",
                    "UDP",
                    "QUIC",
                    "UNIX");

    static List<ListenerSettings> parse(
            List<String> listeners, List<String> protocols, List<String> advertised) {
        refuseUnknownProtocols(listeners, protocols);
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

    /** A name is a promise of how clients are served; what keeps none is refused. */
    private static void refuseUnknownProtocols(List<String> listeners, List<String> protocols) {
        List<String> plain = protocols.stream().map(ListenerSettings::mapped).toList();
        List<ConfigProblem> problems =
                listeners.stream()
                        .map(ListenerSettings::name)
                        .filter(name -> !name.equals(PLAINTEXT) && !plain.contains(name))
                        .map(name ->
                                new ConfigProblem(
                                        BrokerSettings.LISTENERS.name(),
                                        "'"
                                                + name
                                                + "' is no protocol that this version serves; listeners are plaintext: write PLAINTEXT://HOST:PORT, or, if that is the listener's own name, set "
                                                + BrokerSettings.LISTENER_PROTOCOLS.name()
                                                + " to "
                                                + name
                                                + ":PLAINTEXT"))
                        .toList();
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    private static String mapped(String entry) {
        return entry.substring(0, entry.indexOf(':')).strip().toUpperCase(Locale.ROOT);
    }

    static @Nullable String problemWithProtocols(List<String> protocols) {
        for (String entry : protocols) {
            int colon = entry.indexOf(':');
            if (colon < 1) {
                return "is not NAME:PLAINTEXT";
            }
            String protocol = entry.substring(colon + 1).strip().toUpperCase(Locale.ROOT);
            if (!protocol.equals(PLAINTEXT)) {
                return notServed(protocol);
            }
            if (OTHER_PROTOCOLS.contains(mapped(entry))) {
                return "calls a plaintext listener "
                        + mapped(entry)
                        + ", which it is not; give it another name";
            }
        }
        return null;
    }

    private static String notServed(String protocol) {
        return "asks for "
                + protocol
                + ", which this version does not serve; listeners are plaintext";
    }

    static @Nullable String problemWithListeners(List<String> listeners) {
        if (listeners.isEmpty()) {
            return "names no listener";
        }
        List<String> names = listeners.stream().map(ListenerSettings::name).toList();
        if (names.stream().distinct().count() < names.size()) {
            return "names two listeners alike; give each a name of its own, as in INTERNAL://HOST:PORT with listener-protocols=INTERNAL:PLAINTEXT";
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
            if (text.contains("://") && OTHER_PROTOCOLS.contains(name(text))) {
                return notServed(name(text));
            }
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
        }
        return null;
    }

    private static String name(String text) {
        int scheme = text.indexOf("://");
        return scheme < 0 ? PLAINTEXT : text.substring(0, scheme).toUpperCase(Locale.ROOT);
    }

    private static HostPort address(String text) {
        int scheme = text.indexOf("://");
        String address = scheme < 0 ? text : text.substring(scheme + 3);
        return HostPort.parse(address.startsWith(":") ? "0.0.0.0" + address : address);
    }
}
