package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What operators watch a broker with: the dashboard, the alert rules, the flight recorder. */
class MonitoringTest {
    private static final Path DOCS = Path.of("../docs").toAbsolutePath().normalize();
    private static final Pattern ADDRESS = Pattern.compile("metrics at (http://[^ ]+)/metrics");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** What Prometheus itself adds to every series, and the one series that it makes. */
    private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

    @TempDir private Path directory;

    @Test
    void expressionsAreTakenApart() {
        PromQl taken =
                PromQl.of(
                        "histogram_quantile(0.99, sum by (le, api) (rate(a_bucket{job=\"$job\",api=\"Fetch\"}[5m]))) > 0.5 and b == -1");
        assertThat(taken.groupings()).containsExactly("api", "le");
        assertThat(taken.selectors())
                .containsExactly(
                        new PromQl.Selector(
                                "a_bucket", Map.of("api", "Fetch"), Set.of("api", "job")),
                        new PromQl.Selector("b", Map.of(), Set.of()));
    }

    @Test
    void everyMetricOfTheDashboardAndTheAlertsIsOnTheBrokersPage() throws Exception {
        Map<String, List<Map<String, String>>> page = page();
        List<String> expressions = new ArrayList<>(expressions("monitoring/grafana.json"));
        assertThat(expressions).hasSizeGreaterThan(30);
        List<String> alerts = expressions("monitoring/alerts.yml");
        assertThat(alerts).hasSizeGreaterThan(10);
        expressions.addAll(alerts);
        List<String> problems = new ArrayList<>();
        for (String expression : expressions) {
            PromQl asked = PromQl.of(expression);
            assertThat(asked.selectors()).as(expression).isNotEmpty();
            Set<String> labels = new TreeSet<>(OF_PROMETHEUS);
            for (PromQl.Selector selector : asked.selectors()) {
                if (!selector.metric().equals("up")) {
                    problem(selector, page, labels)
                            .forEach(text -> problems.add(text + ": " + expression));
                }
            }
            asked.groupings().stream()
                    .filter(label -> !labels.contains(label))
                    .forEach(label -> problems.add("no label " + label + ": " + expression));
        }
        assertThat(problems).isEmpty();
    }

    /** What is wrong with a use of a metric; adds the labels that the metric has. */
    private static List<String> problem(
            PromQl.Selector selector,
            Map<String, List<Map<String, String>>> page,
            Set<String> labels) {
        List<Map<String, String>> series = page.get(selector.metric());
        if (series == null) {
            return List.of("no metric " + selector.metric());
        }
        Set<String> own = new TreeSet<>(OF_PROMETHEUS);
        series.forEach(each -> own.addAll(each.keySet()));
        labels.addAll(own);
        List<String> problems = new ArrayList<>();
        selector.labels().stream()
                .filter(label -> !own.contains(label))
                .forEach(label -> problems.add(selector.metric() + " has no label " + label));
        selector.equal()
                .forEach((label, value) -> {
                    if (!OF_PROMETHEUS.contains(label)
                            && series.stream().noneMatch(each -> value.equals(each.get(label)))) {
                        problems.add(selector.metric() + " has no " + label + "=" + value);
                    }
                });
        return problems;
    }

    /** Everything that stands behind {@code expr}; JSON is YAML. */
    private static List<String> expressions(String file) throws IOException {
        List<String> found = new ArrayList<>();
        Object document =
                new Load(LoadSettings.builder().setCodePointLimit(10_000_000).build())
                        .loadFromString(Files.readString(DOCS.resolve(file)));
        collect(document, found);
        return found;
    }

    private static void collect(Object node, List<String> found) {
        switch (node) {
            case Map<?, ?> map ->
                    map.forEach((key, value) -> {
                        if (key.equals("expr")) {
                            found.add((String) value);
                        } else if (value != null) {
                            collect(value, found);
                        }
                    });
            case List<?> list -> list.forEach(each -> collect(each, found));
            default -> {
                // a leaf
            }
        }
    }

    /** The series of a broker that has lived a little, by metric: the labels of each. */
    private Map<String, List<Map<String, String>>> page() throws Exception {
        try (BrokerProcess broker =
                        BrokerProcess.start(
                                directory.resolve("data"),
                                "--set",
                                "plugins.metrics=prometheus",
                                "--set",
                                "metrics.prometheus.listen=127.0.0.1:0",
                                "--set",
                                "durability=fsync");
                HttpClient client = HttpClient.newHttpClient()) {
            live(broker.bootstrap());
            Matcher address = ADDRESS.matcher(broker.log());
            assertThat(address.find()).as(broker.log()).isTrue();
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create(address.group(1) + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            Map<String, List<Map<String, String>>> series = new TreeMap<>();
            answer.body()
                    .lines()
                    .map(SAMPLE::matcher)
                    .filter(Matcher::matches)
                    .forEach(sample ->
                            series.computeIfAbsent(sample.group(1), name -> new ArrayList<>())
                                    .add(labels(sample.group(2))));
            return series;
        }
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new HashMap<>();
        if (text != null) {
            Matcher each = LABEL.matcher(text);
            while (each.find()) {
                labels.put(each.group(1), each.group(2));
            }
        }
        return labels;
    }

    private static void live(String bootstrap) {
        Map<String, String> here = Map.of("MORTISE_BOOTSTRAP", bootstrap);
        List<String> command = BrokerProcess.command(List.of());
        String script =
                "\"$0\" topics create orders && echo apple | \"$0\" produce orders && \"$0\" consume orders && ! \"$0\" topics describe missing";
        List<String> whole = new ArrayList<>(List.of("sh", "-c", script));
        whole.addAll(command);
        BrokerProcess.Finished finished = BrokerProcess.run(here, whole, "");
        assertThat(finished.status()).as(finished.err()).isZero();
    }

    @Test
    void theDocumentedRecordingYieldsEventsWithTheThresholdThatItSets() throws Exception {
        String documented =
                Files.readAllLines(DOCS.resolve("metrics.md")).stream()
                        .filter(line -> line.startsWith("jcmd ") && line.contains(" JFR.start "))
                        .findFirst()
                        .orElseThrow();
        assertThat(documented).contains("threshold=20ms").startsWith("jcmd $broker ");
        List<RecordedEvent> asDocumented = recorded(documented, "documented");
        assertThat(asDocumented)
                .as("connections that ended, which no threshold holds back")
                .anyMatch(event -> event.getEventType().getName().startsWith("mortise."))
                .anyMatch(event ->
                        event.getEventType().getName().equals("jdk.ActiveSetting")
                                && event.getString("name").equals("threshold")
                                && event.getString("value").equals("20 ms"));
        assertThat(recorded(documented.replace("threshold=20ms", "threshold=0ms"), "all"))
                .anyMatch(event -> event.getEventType().getName().equals("mortise.SlowAppend"));
    }

    /** Runs a recording on a broker that takes some records, and reads it. */
    private List<RecordedEvent> recorded(String start, String name) throws IOException {
        Path file = directory.resolve(name + ".jfr");
        try (BrokerProcess broker = BrokerProcess.start(directory.resolve(name))) {
            String bin = Path.of(System.getProperty("java.home"), "bin") + "/";
            String pid = Long.toString(broker.pid());
            shell(bin + start.replace("$broker", pid).replace("slow.jfr", file.toString()));
            live(broker.bootstrap());
            shell(bin + "jcmd " + pid + " JFR.stop name=slow");
        }
        return RecordingFile.readAllEvents(file);
    }

    private static void shell(String command) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(Map.of(), List.of("sh", "-c", command), "");
        assertThat(finished.status()).as("%s%s", finished.out(), finished.err()).isZero();
        assertThat(finished.out()).doesNotContainIgnoringCase("could not", "unknown");
    }
}
