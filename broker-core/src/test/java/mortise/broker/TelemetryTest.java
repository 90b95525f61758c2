package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import mortise.api.config.ConfigException;
import mortise.consensus.raft.RaftProvider;
import mortise.metrics.prometheus.PrometheusProvider;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Series;
import mortise.storage.memory.MemoryStorageProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an embedded broker tells of itself: metrics, health, events. */
class TelemetryTest {
    @TempDir private Path directory;

    private BrokerBuilder embedded() {
        return new BrokerBuilder()
                .plugin(new MemoryStorageProvider())
                .plugin(new RaftProvider())
                .set("plugins.storage", "memory")
                .set("consensus.raft.storage", "memory")
                .set("data.directory", directory.toString())
                .set("listeners", "127.0.0.1:0");
    }

    private static Map<String, Object> client(Broker broker) {
        return Map.of(
                "bootstrap.servers",
                broker.status().listeners().values().iterator().next().toString());
    }

    private static void produce(Broker broker, int records) throws Exception {
        try (Admin admin = Admin.create(client(broker));
                var producer =
                        new KafkaProducer<>(
                                client(broker),
                                new ByteArraySerializer(),
                                new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic("t", 2, (short) 1))).all().get();
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>("t", i % 2, null, new byte[100])).get();
            }
        }
    }

    private static Map<String, List<Series>> read(RecordingExporter exporter) {
        return exporter.read().stream()
                .collect(Collectors.toMap(MetricFamily::name, MetricFamily::series));
    }

    @Test
    void exportersStartBeforeEverythingAndStopAfterIt() {
        RecordingExporter one = new RecordingExporter("one");
        RecordingExporter two = new RecordingExporter("two");
        try (Broker broker =
                embedded().plugin(one).plugin(two).set("plugins.metrics", "one, two").start()) {
            assertThat(one.ready().reasons()).isEmpty();
            assertThat(broker.status().plugins().stream().map(BrokerStatus.Plugin::kind))
                    .containsSubsequence("metrics", "metrics");
        }

        assertThat(one.events).containsExactly("start [starting]", "close [stopping]");
        assertThat(two.events).isEqualTo(one.events);
    }

    @Test
    void nothingIsExportedUnlessChosen() {
        RecordingExporter exporter = new RecordingExporter("one");
        try (Broker broker = embedded().plugin(exporter).start()) {
            assertThat(broker.status().exporters()).isEmpty();
        }

        assertThat(exporter.events).isEmpty();
    }

    @Test
    void exportersAreChosenByName() {
        assertThatThrownBy(() -> embedded().set("plugins.metrics", "nagios").check())
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(
                        "plugins.metrics: there is no metrics plugin named 'nagios'; known are ");
        assertThatThrownBy(() ->
                        embedded()
                                .plugin(new RecordingExporter("one"))
                                .set("plugins.metrics", "one,one")
                                .check())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("names a plugin twice");
    }

    @Test
    void anExporterThatCannotStartIsTheOneLineOfTheStart() {
        RecordingExporter refusing =
                new RecordingExporter(
                        "one",
                        started -> {
                            throw new IllegalStateException("port 1 is taken; choose another");
                        });

        assertThatThrownBy(() -> embedded().plugin(refusing).set("plugins.metrics", "one").start())
                .isInstanceOf(BrokerStartException.class)
                .hasMessage("metrics plugin 'one' (handed in): port 1 is taken; choose another");
        assertThat(refusing.events).containsExactly("start [starting]", "close [stopping]");
    }

    @Test
    void theMetricsPortInUseIsOneLine() {
        try (Broker first =
                embedded()
                        .plugin(new PrometheusProvider())
                        .set("plugins.metrics", "prometheus")
                        .set("metrics.prometheus.listen", "127.0.0.1:0")
                        .start()) {
            int port = first.status().exporters().values().iterator().next().getPort();

            assertThatThrownBy(() ->
                            embedded()
                                    .plugin(new PrometheusProvider())
                                    .set("data.directory", directory + "/second")
                                    .set("plugins.metrics", "prometheus")
                                    .set("metrics.prometheus.listen", "127.0.0.1:" + port)
                                    .start())
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessage(
                            "metrics plugin 'prometheus' (handed in): cannot listen on 127.0.0.1:"
                                    + port
                                    + ": another process uses port "
                                    + port
                                    + "; stop it (ss -tanp names it), or choose another port with metrics.prometheus.listen");
        }
    }

    @Test
    void requestsAndErrorsAreCountedByApi() throws Exception {
        RecordingExporter exporter = new RecordingExporter("one");
        try (Broker broker = embedded().plugin(exporter).set("plugins.metrics", "one").start()) {
            produce(broker, 4);
            try (Admin admin = Admin.create(client(broker))) {
                var refused = admin.createTopics(List.of(new NewTopic("not a name", 1, (short) 1)));
                assertThatThrownBy(() -> refused.all().get())
                        .isInstanceOf(ExecutionException.class);
            }

            Map<String, Long> values = broker.status().metrics();
            assertThat(values)
                    .containsEntry("request_handled_total{api=\"Produce\"}", 4L)
                    .containsEntry(
                            "request_errors_total{api=\"CreateTopics\",error=\"INVALID_TOPIC_EXCEPTION\"}",
                            1L)
                    .containsEntry("partition_appended_records_total", 4L)
                    .containsEntry("partition_open_logs", 2L)
                    .containsEntry("partition_leaders", 2L)
                    .containsEntry("quorum_leads", 1L)
                    .containsEntry("quorum_leader_id", 1L)
                    .containsEntry("broker_ready", 1L);
            assertThat(values.keySet()).noneMatch(name -> name.contains("api=\"Produce\",error="));
            assertThat(read(exporter).get("request_nanos").stream().map(Series::labelValues))
                    .contains(List.of("Produce"), List.of("CreateTopics"));
        }
    }

    @Test
    void partitionsHaveSeriesOfTheirOwnOnlyWhenAskedForAndBounded() throws Exception {
        RecordingExporter exporter = new RecordingExporter("one");
        BrokerBuilder chosen = embedded().plugin(exporter).set("plugins.metrics", "one");
        try (Broker broker = chosen.start()) {
            produce(broker, 1);
            assertThat(read(exporter)).doesNotContainKey("partition_end_offset");
        }
        try (Broker broker =
                embedded()
                        .plugin(exporter)
                        .set("plugins.metrics", "one")
                        .set("telemetry.partition-series", "1")
                        .start()) {
            produce(broker, 4);
            assertThat(read(exporter).get("partition_end_offset")).hasSize(1);
            assertThat(broker.status().metrics())
                    .hasEntrySatisfying(
                            "metrics_surplus_total{metric=\"partition_end_offset\"}",
                            count -> assertThat(count).isPositive());
        }
    }

    @Test
    void theFlightRecorderHearsOfStartsPartitionsAndSlowThings() throws Exception {
        Path file = directory.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("mortise.BrokerStart");
            recording.enable("mortise.PartitionLoad");
            recording.enable("mortise.ConnectionClosed");
            recording.enable("mortise.SlowAppend").withThreshold(Duration.ZERO);
            recording.enable("mortise.SlowDecision").withThreshold(Duration.ofHours(1));
            recording.start();
            try (Broker broker = embedded().start()) {
                produce(broker, 2);
            }
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        Map<String, List<RecordedEvent>> byName =
                events.stream()
                        .collect(Collectors.groupingBy(event -> event.getEventType().getName()));
        assertThat(byName.get("mortise.BrokerStart")).hasSize(1);
        assertThat(byName.get("mortise.BrokerStart").getFirst().getInt("nodeId")).isEqualTo(1);
        assertThat(
                        byName.get("mortise.PartitionLoad").stream()
                                .map(event -> event.getString("partition")))
                .allMatch(name -> name.contains("t"))
                .hasSize(2);
        assertThat(byName.get("mortise.SlowAppend"))
                .isNotEmpty()
                .allMatch(event -> event.getLong("bytes") > 100);
        assertThat(byName).doesNotContainKey("mortise.SlowDecision");
    }
}
