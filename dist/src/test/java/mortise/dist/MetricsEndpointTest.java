package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics endpoint of the assembled broker, on the module path. */
class MetricsEndpointTest {
    private static final Pattern ADDRESS = Pattern.compile("metrics at (http://[^ ]+)/metrics");

    @TempDir private Path directory;

    @Test
    void theAssembledBrokerServesMetricsAndHealthOnceChosen() throws Exception {
        try (BrokerProcess broker =
                        BrokerProcess.start(
                                directory.resolve("data"),
                                "--set",
                                "plugins.metrics=prometheus",
                                "--set",
                                "metrics.prometheus.listen=127.0.0.1:0");
                HttpClient client = HttpClient.newHttpClient()) {
            Matcher address = ADDRESS.matcher(broker.log());
            assertThat(address.find()).as(broker.log()).isTrue();

            HttpResponse<String> metrics = get(client, address.group(1) + "/metrics");
            HttpResponse<String> ready = get(client, address.group(1) + "/ready");

            assertThat(metrics.statusCode()).isEqualTo(200);
            assertThat(metrics.body().lines())
                    .contains("mortise_broker_ready 1", "mortise_quorum_leads 1")
                    .anyMatch(line -> line.startsWith("process_resident_memory_bytes "));
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ready.body()).isEqualTo("{\"ready\":true,\"reasons\":[]}\n");
        }
    }

    private static HttpResponse<String> get(HttpClient client, String address) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(address)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void nothingIsServedUnlessChosen() {
        try (BrokerProcess broker = BrokerProcess.start(directory.resolve("data"))) {
            assertThat(broker.alive()).isTrue();
            assertThat(ADDRESS.matcher(broker.log()).find()).as(broker.log()).isFalse();
        }
    }
}
