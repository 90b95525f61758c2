package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mortise.consensus.raft.RaftProvider;
import mortise.metrics.prometheus.PrometheusProvider;
import mortise.storage.memory.MemoryStorageProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics page of a broker with very many partitions. */
class MetricsSizeTest {
    private static final int PARTITIONS = 10_000;

    @TempDir private Path directory;

    private BrokerBuilder embedded() {
        return new BrokerBuilder()
                .plugin(new MemoryStorageProvider())
                .plugin(new RaftProvider())
                .plugin(new PrometheusProvider())
                .set("plugins.storage", "memory")
                .set("consensus.raft.storage", "memory")
                .set("plugins.metrics", "prometheus")
                .set("metrics.prometheus.listen", "127.0.0.1:0")
                .set("data.directory", directory.toString())
                .set("listeners", "127.0.0.1:0");
    }

    private static void createPartitions(Broker broker) throws Exception {
        String bootstrap = broker.status().listeners().values().iterator().next().toString();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            for (int topic = 0; topic < 10; topic++) {
                NewTopic wide = new NewTopic("topic-" + topic, PARTITIONS / 10, (short) 1);
                admin.createTopics(List.of(wide)).all().get();
            }
        }
    }

    private static List<String> scrape(Broker broker) throws Exception {
        URI page = broker.status().exporters().get("prometheus");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(page).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            return answer.body().lines().toList();
        }
    }

    private static int bytes(List<String> page) {
        return page.stream().mapToInt(line -> line.length() + 1).sum();
    }

    private static long series(List<String> page) {
        return page.stream().filter(line -> !line.startsWith("#")).count();
    }

    @Test
    void thePageDoesNotGrowWithThePartitions() throws Exception {
        try (Broker broker = embedded().start()) {
            long before = series(scrape(broker));
            createPartitions(broker);

            List<String> page = scrape(broker);

            assertThat(page).contains("mortise_partition_open_logs " + PARTITIONS);
            assertThat(bytes(page)).isLessThan(200_000);
            // what the requests of the test have added: their APIs' histograms
            assertThat(series(page)).isBetween(before, before + 200).isLessThan(1_000);
        }
    }

    @Test
    void partitionSeriesAreBoundedByTheirSetting() throws Exception {
        try (Broker broker = embedded().set("telemetry.partition-series", "1000").start()) {
            createPartitions(broker);

            List<String> page = scrape(broker);

            for (String name : List.of("start_offset", "end_offset", "size_bytes")) {
                assertThat(page)
                        .filteredOn(line -> line.startsWith("mortise_partition_" + name + "{"))
                        .hasSize(1_000);
            }
            assertThat(bytes(page)).isLessThan(1_000_000);
            assertThat(scrape(broker))
                    .anyMatch(line ->
                            line.startsWith(
                                    "mortise_metrics_surplus_total{metric=\"partition_end_offset\"} "));
        }
    }
}
