package mortise.dist;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The environment variables that configure a broker: those of this process, without what other
 * programs set under our prefix.
 */
final class BrokerEnvironment {
    /** Where client commands connect; see {@link ConnectionOptions}. */
    static final String BOOTSTRAP = "MORTISE_BOOTSTRAP";

    /** Read by the start script. */
    private static final Set<String> OF_THE_SCRIPT =
            Set.of(
                    "MORTISE_UMASK",
                    "MORTISE_LOG_LEVEL",
                    "MORTISE_LOG_FORMAT",
                    "MORTISE_LOG_FILE",
                    "MORTISE_LOG_CONFIG");

    /**
     * What Kubernetes and Docker tell each container about a service whose name begins with
     * mortise: {@code MORTISE_SERVICE_HOST}, {@code MORTISE_PORT_9092_TCP_ADDR} and so on.
     */
    private static final Pattern SERVICE =
            Pattern.compile(
                    "MORTISE_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

    private static final Pattern SERVICE_PORT = Pattern.compile("MORTISE_(\\w+_)?PORT");
    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    private BrokerEnvironment() {}

    static Map<String, String> read() {
        return of(System.getenv());
    }

    static Map<String, String> of(Map<String, String> all) {
        Map<String, String> ours = new LinkedHashMap<>(all);
        ours.keySet().remove(BOOTSTRAP);
        ours.keySet().removeAll(OF_THE_SCRIPT);
        ours.entrySet().removeIf(entry -> describesService(entry.getKey(), entry.getValue()));
        return ours;
    }

    private static boolean describesService(String name, String value) {
        return SERVICE.matcher(name).matches()
                || (SERVICE_PORT.matcher(name).matches()
                        && SERVICE_ADDRESS.matcher(value).matches());
    }
}
