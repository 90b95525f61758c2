package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which variables are configuration, and which only look like it. */
class BrokerEnvironmentTest {
    @Test
    void whatDescribesAServiceIsLeftOut() {
        Map<String, String> pod = new LinkedHashMap<>();
        for (String service : List.of("MORTISE", "MORTISE_0", "MORTISE_HEADLESS")) {
            pod.put(service + "_SERVICE_HOST", "10.0.0.1");
            pod.put(service + "_SERVICE_PORT", "9092");
            pod.put(service + "_SERVICE_PORT_KAFKA", "9092");
            pod.put(service + "_PORT", "tcp://10.0.0.1:9092");
            pod.put(service + "_PORT_9092_TCP", "tcp://10.0.0.1:9092");
            pod.put(service + "_PORT_9092_TCP_PROTO", "tcp");
            pod.put(service + "_PORT_9092_TCP_PORT", "9092");
            pod.put(service + "_PORT_9092_TCP_ADDR", "10.0.0.1");
        }
        pod.put("MORTISE_BOOTSTRAP", "10.0.0.1:9092");
        pod.put("MORTISE_UMASK", "022");
        pod.put("MORTISE_LOG_LEVEL", "debug");
        pod.put("MORTISE_LOG_FORMAT", "json");
        pod.put("MORTISE_LOG_FILE", "/var/log/mortise.log");
        pod.put("MORTISE_LOG_CONFIG", "/etc/mortise/logback.xml");
        assertThat(BrokerEnvironment.of(pod)).isEmpty();
    }

    @Test
    void whatSomebodyMeantIsLookedAtAndMayBeRefused() {
        Map<String, String> meant =
                Map.of(
                        "MORTISE_PORT", "9092",
                        "MORTISE_NODE__ID", "3",
                        "MORTISE_NET__MAX_REQUEST_BYTES", "1MiB",
                        "PATH", "/bin");
        assertThat(BrokerEnvironment.of(meant)).isEqualTo(meant);
    }
}
