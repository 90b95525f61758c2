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
            defaultValue = "127.0.0.1:9092",
            converter = HostPortText.class,
            description = "A broker of the cluster (default ${DEFAULT-VALUE}).")
    private HostPort bootstrap = new HostPort("127.0.0.1", 9092);

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            converter = Numbers.Seconds.class,
            description = "How long to wait for each answer (default ${DEFAULT-VALUE}).")
    private int timeoutSeconds = 30;

    Cluster connect() {
        return Cluster.connect(bootstrap, "mortise-cli", Duration.ofSeconds(timeoutSeconds));
    }
}
