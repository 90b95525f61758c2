package mortise.dist;

import java.time.Duration;
import mortise.api.HostPort;
import mortise.client.Cluster;
import picocli.CommandLine.Option;

/** How a client command reaches its cluster. */
final class ConnectionOptions {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            defaultValue = "${env:" + BrokerEnvironment.BOOTSTRAP + ":-127.0.0.1:9092}",
            converter = HostPortText.class,
            description =
                    "A broker of the cluster (default: the variable MORTISE_BOOTSTRAP, else 127.0.0.1:9092).")
    private HostPort bootstrap = new HostPort("127.0.0.1", 9092);

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            converter = Numbers.Seconds.class,
            description =
                    "How long each call may take, with all its attempts (default ${DEFAULT-VALUE}).")
    private int timeoutSeconds = 30;

    Cluster connect() {
        return Cluster.connect(bootstrap, "mortise-cli", Duration.ofSeconds(timeoutSeconds));
    }
}
