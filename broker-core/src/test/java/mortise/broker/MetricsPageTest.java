package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Threshold;
import jdk.jfr.ValueDescriptor;
import mortise.broker.telemetry.BrokerStartEvent;
import mortise.broker.telemetry.ConnectionClosedEvent;
import mortise.broker.telemetry.LogMoveEvent;
import mortise.broker.telemetry.PartitionLoadEvent;
import mortise.broker.telemetry.SlowAppendEvent;
import mortise.broker.telemetry.SlowDecisionEvent;
import mortise.broker.telemetry.SlowFlushEvent;
import mortise.consensus.raft.RaftProvider;
import mortise.metrics.prometheus.PrometheusProvider;
import mortise.spi.telemetry.MetricFamily;
import mortise.storage.local.LocalStorageProvider;
import mortise.storage.memory.MemoryStorageProvider;
import mortise.testing.GoldenTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tables of {@code docs/metrics.md} say what running brokers say. After an intended change, run
 * with {@code -Dmortise.golden.write=true} and review the difference.
 */
class MetricsPageTest {
    private static final Path PAGE = Path.of("../docs/metrics.md");
    private static final String METRICS = "| metric | type | unit | labels | what it says |";
    private static final String EVENTS = "| event | threshold | fields | when |";

    private static final List<Class<? extends Event>> EVENT_TYPES =
            List.of(
                    BrokerStartEvent.class,
                    ConnectionClosedEvent.class,
                    LogMoveEvent.class,
                    PartitionLoadEvent.class,
                    SlowAppendEvent.class,
                    SlowDecisionEvent.class,
                    SlowFlushEvent.class);

    @TempDir private Path directory;

    @Test
    void theTableOfMetricsIsWhatBrokersHave() throws IOException {
        Set<String> rows = new TreeSet<>();
        families("local").forEach(family -> rows.add(row(family)));
        families("memory").forEach(family -> rows.add(row(family)));

        assertThat(rows).hasSizeGreaterThan(50);
        GoldenTable.check(PAGE, METRICS, List.copyOf(rows));
    }

    private List<MetricFamily> families(String storage) {
        RecordingExporter exporter = new RecordingExporter("one");
        BrokerBuilder builder =
                new BrokerBuilder()
                        .plugin(new LocalStorageProvider())
                        .plugin(new MemoryStorageProvider())
                        .plugin(new RaftProvider())
                        .plugin(new PrometheusProvider())
                        .plugin(exporter)
                        .set("plugins.storage", storage)
                        .set("plugins.metrics", "one, prometheus")
                        .set("metrics.prometheus.listen", "127.0.0.1:0")
                        .set("telemetry.partition-series", "1")
                        .set("data.directory", directory.resolve(storage).toString())
                        .set("listeners", "127.0.0.1:0");
        try (Broker broker = builder.start()) {
            assertThat(broker.status().metrics()).isNotEmpty();
            return exporter.read();
        }
    }

    private static String row(MetricFamily family) {
        assertThat(family.doc()).as("the sentence of %s", family.name()).endsWith(".");
        return "| `"
                + family.name()
                + "` | "
                + family.kind().name().toLowerCase(Locale.ROOT)
                + " | "
                + family.unit().suffix().orElse("–")
                + " | "
                + (family.labels().isEmpty() ? "–" : String.join(", ", family.labels()))
                + " | "
                + family.doc()
                + " |";
    }

    @Test
    void theTableOfEventsIsTheCode() throws IOException {
        try (Stream<Path> classes =
                Files.list(Path.of("target/classes/mortise/broker/telemetry"))) {
            assertThat(
                            classes.map(file -> file.getFileName().toString())
                                    .filter(name -> name.endsWith("Event.class")))
                    .as("event types that this test knows")
                    .containsExactlyInAnyOrderElementsOf(
                            EVENT_TYPES.stream()
                                    .map(type -> type.getSimpleName() + ".class")
                                    .toList());
        }
        GoldenTable.check(PAGE, EVENTS, EVENT_TYPES.stream().map(MetricsPageTest::row).toList());
    }

    private static String row(Class<? extends Event> type) {
        EventType event = EventType.getEventType(type);
        Threshold threshold = type.getAnnotation(Threshold.class);
        Set<String> standard = Set.of("startTime", "duration", "eventThread", "stackTrace");
        return "| `"
                + event.getName()
                + "` | "
                + (threshold == null ? "–" : threshold.value())
                + " | "
                + event.getFields().stream()
                        .map(ValueDescriptor::getName)
                        .filter(field -> !standard.contains(field))
                        .collect(Collectors.joining(", "))
                + " | "
                + event.getDescription()
                + " |";
    }
}
