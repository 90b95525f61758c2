package mortise.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import mortise.api.config.Config;
import mortise.spi.telemetry.Health;
import mortise.spi.telemetry.Health.Reason;
import mortise.spi.telemetry.MetricsExporter;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusExporterTest {
    private static final String PROMETHEUS_ASKS =
            "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    @TempDir private Path directory;

    private final FakeView view = FakeView.ordinary();
    private final List<AutoCloseable> open = new ArrayList<>();

    /** An answer as it came over the wire; the body has a character for each byte. */
    private record Answer(String status, Map<String, String> headers, String body) {
        byte[] bytes() {
            return body.getBytes(StandardCharsets.ISO_8859_1);
        }

        int length() {
            return body.length();
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private SimContext context() {
        return SimContext.on(directory, 1);
    }

    private MetricsExporter exporter(SimContext context, Map<String, String> settings) {
        PrometheusProvider provider = new PrometheusProvider();
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.putIfAbsent("metrics.prometheus.listen", "127.0.0.1:0");
        MetricsExporter exporter = provider.create(Config.of(provider.config(), all), context);
        open.add(exporter);
        exporter.start(view, view);
        return exporter;
    }

    private Socket connect(MetricsExporter exporter) throws IOException {
        URI address = exporter.address().orElseThrow();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
        open.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Answer ask(MetricsExporter exporter, String request) throws IOException {
        Socket socket = connect(exporter);
        send(socket, request);
        return answer(socket);
    }

    private static Answer answer(Socket socket) throws IOException {
        byte[] all = socket.getInputStream().readAllBytes();
        String text = new String(all, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        assertThat(end).as("the end of the headers in '%s'", text).isPositive();
        Map<String, String> headers = new LinkedHashMap<>();
        String[] lines = text.substring(0, end).split("\r\n", -1);
        for (int i = 1; i < lines.length; i++) {
            String[] header = lines[i].split(": ", 2);
            headers.put(header[0], header[1]);
        }
        return new Answer(lines[0], headers, text.substring(end + 4));
    }

    private Answer get(MetricsExporter exporter, String path, String... headers)
            throws IOException {
        StringBuilder request = new StringBuilder("GET ").append(path).append(" HTTP/1.1\r\n");
        List.of(headers).forEach(header -> request.append(header).append("\r\n"));
        return ask(exporter, request.append("Host: x\r\n\r\n").toString());
    }

    @Test
    void thePrometheusFormatIsStrictlyRight() throws IOException {
        Answer answer = get(exporter(context(), Map.of()), "/metrics");

        assertThat(answer.status).isEqualTo("HTTP/1.1 200 OK");
        assertThat(answer.headers)
                .containsEntry("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                .containsEntry("Content-Length", Integer.toString(answer.length()));
        var families = StrictParser.parse(answer.text(), TextFormat.PROMETHEUS);
        assertThat(families.get("mortise_net_sent_bytes_total").type).isEqualTo("counter");
        checkOrdinary(families, "mortise_net_sent_bytes_total");
    }

    @Test
    void theOpenMetricsFormatIsStrictlyRight() throws IOException {
        Answer answer =
                get(exporter(context(), Map.of()), "/metrics", "Accept: " + PROMETHEUS_ASKS);

        assertThat(answer.headers)
                .containsEntry(
                        "Content-Type",
                        "application/openmetrics-text; version=1.0.0; charset=utf-8");
        var families = StrictParser.parse(answer.text(), TextFormat.OPEN_METRICS);
        assertThat(families.get("mortise_net_sent_bytes").unit).isEqualTo("bytes");
        checkOrdinary(families, "mortise_net_sent_bytes");
    }

    private static void checkOrdinary(Map<String, StrictParser.Family> families, String sentBytes) {
        StrictParser.Family sent = families.get(sentBytes);
        assertThat(sent.value("mortise_net_sent_bytes_total", Map.of())).isEqualTo(12);
        assertThat(sent.help).isEqualTo("Bytes \"sent\".");
        StrictParser.Family state = families.get("mortise_directory_state");
        assertThat(state.help).isEqualTo("A back\\slash\nand a line.");
        assertThat(state.value("mortise_directory_state", Map.of("path", "C:\\logs \"a\"\nb")))
                .isEqualTo(-1);
        assertThat(families.get("mortise_start_seconds").value("mortise_start_seconds", Map.of()))
                .isEqualTo(1.5);
        StrictParser.Family append = families.get("mortise_append_seconds");
        assertThat(
                        append.value(
                                "mortise_append_seconds_bucket",
                                Map.of("api", "Produce", "le", "0.001")))
                .isEqualTo(2);
        assertThat(append.value("mortise_append_seconds_count", Map.of("api", "Produce")))
                .isEqualTo(3);
        assertThat(append.value("mortise_append_seconds_sum", Map.of("api", "Produce")))
                .isEqualTo(90.001009);
        assertThat(append.value("mortise_append_seconds_count", Map.of("api", "other"))).isZero();
        assertThat(families.get("mortise_set_batches").samples).hasSize(14);
        assertThat(families)
                .containsKeys(
                        "process_resident_memory_bytes",
                        "process_open_fds",
                        "jvm_memory_used_bytes",
                        "jvm_gc_collection_seconds",
                        "jvm_threads_current",
                        "jvm_info")
                .doesNotContainKey("mortise_unused");
    }

    @Test
    void thePageIsCompressedForThoseWhoAskForIt() throws IOException {
        MetricsExporter exporter = exporter(context(), Map.of());

        Answer packed = get(exporter, "/metrics", "Accept-Encoding: br, gzip;q=0.5");
        Answer plain = get(exporter, "/metrics", "Accept-Encoding: gzip;q=0");

        assertThat(packed.headers).containsEntry("Content-Encoding", "gzip");
        assertThat(plain.headers).doesNotContainKey("Content-Encoding");
        assertThat(packed.length()).isLessThan(plain.length() / 2);
        try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed.bytes()))) {
            String page = new String(unpacked.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(StrictParser.parse(page, TextFormat.PROMETHEUS))
                    .containsKey("mortise_set_batches");
        }
    }

    @Test
    void probesSayWhy() throws IOException {
        MetricsExporter exporter = exporter(context(), Map.of());
        assertThat(get(exporter, "/ready").text()).isEqualTo("{\"ready\":true,\"reasons\":[]}\n");

        view.ready =
                new Health(
                        List.of(
                                new Reason("starting", "It \"recovers\"\t\n."),
                                new Reason("no-controller", "None.")));
        Answer ready = get(exporter, "/ready");
        Answer alive = get(exporter, "/health");

        assertThat(ready.status).isEqualTo("HTTP/1.1 503 Service Unavailable");
        assertThat(ready.headers).containsEntry("Content-Type", "application/json; charset=utf-8");
        assertThat(ready.text())
                .isEqualTo(
                        "{\"ready\":false,\"reasons\":[{\"name\":\"starting\",\"detail\":\"It \\\"recovers\\\"\\u0009\\n.\"},{\"name\":\"no-controller\",\"detail\":\"None.\"}]}\n");
        assertThat(alive.status).isEqualTo("HTTP/1.1 200 OK");
        assertThat(alive.text()).isEqualTo("{\"alive\":true,\"reasons\":[]}\n");

        view.alive = new Health(List.of(new Reason("failed", "Damaged.")));
        assertThat(get(exporter, "/health").status).isEqualTo("HTTP/1.1 503 Service Unavailable");
    }

    @Test
    void headSaysTheLengthAndSendsNoBody() throws IOException {
        Answer answer = ask(exporter(context(), Map.of()), "HEAD /ready HTTP/1.0\r\n\r\n");

        assertThat(answer.status).isEqualTo("HTTP/1.1 200 OK");
        assertThat(answer.headers).containsEntry("Content-Length", "28");
        assertThat(answer.length()).isZero();
    }

    @Test
    void unknownPathsNameTheKnown() throws IOException {
        Answer answer = get(exporter(context(), Map.of()), "/metric?x=1");

        assertThat(answer.status).isEqualTo("HTTP/1.1 404 Not Found");
        assertThat(answer.text()).contains("/metrics", "/health", "/ready");
    }

    @Test
    void otherMethodsAreRefusedWithTheirBody() throws IOException {
        Answer answer =
                ask(
                        exporter(context(), Map.of()),
                        "POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");

        assertThat(answer.status).isEqualTo("HTTP/1.1 405 Method Not Allowed");
        assertThat(answer.headers).containsEntry("Allow", "GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET\r\n\r\n",
                "GET /metrics\r\n\r\n",
                "GET metrics HTTP/1.1\r\n\r\n",
                "GET /a b HTTP/1.1\r\n\r\n",
                "\u0016\u0003\u0001\u0002\r\n\r\n",
                "\r\n\r\n"
            })
    void whatIsNoRequestIsRefused(String request) throws IOException {
        assertThat(ask(exporter(context(), Map.of()), request).status)
                .isEqualTo("HTTP/1.1 400 Bad Request");
    }

    @Test
    void aRequestWithoutEndIsRefused() throws IOException {
        MetricsExporter exporter = exporter(context(), Map.of());

        Answer answer = ask(exporter, "GET /metrics HTTP/1.1\r\nX: " + "x".repeat(20_000));

        assertThat(answer.status).isEqualTo("HTTP/1.1 431 Request Header Fields Too Large");
    }

    @Test
    void aClientThatEndsEarlyIsForgotten() throws IOException {
        MetricsExporter exporter =
                exporter(context(), Map.of("metrics.prometheus.max-connections", "1"));
        Socket half = connect(exporter);
        send(half, "GET /metrics HT");
        half.shutdownOutput();

        assertThat(half.getInputStream().readAllBytes()).isEmpty();
        assertAnswersAgain(exporter);
    }

    /** The connection's slot is free a moment after its client saw the end. */
    private void assertAnswersAgain(MetricsExporter exporter) throws IOException {
        for (int attempt = 0; attempt < 10_000; attempt++) {
            Socket socket = connect(exporter);
            try {
                send(socket, "GET /ready HTTP/1.1\r\n\r\n");
                byte[] all = socket.getInputStream().readAllBytes();
                if (all.length > 0) {
                    assertThat(new String(all, StandardCharsets.UTF_8)).startsWith("HTTP/1.1 200");
                    return;
                }
            } catch (IOException reset) {
                // refused for want of room
            }
            socket.close();
        }
        throw new AssertionError("no connection is accepted any more");
    }

    @Test
    void aSlowClientLosesItsConnectionWhenItsTimeIsOver() throws IOException {
        SimContext context = context();
        MetricsExporter exporter =
                exporter(
                        context,
                        Map.of(
                                "metrics.prometheus.request-timeout",
                                "5s",
                                "metrics.prometheus.max-connections",
                                "2"));
        Socket slow = connect(exporter);
        send(slow, "GET /met");
        // the second one was taken after the first, so the first has its deadline
        assertThat(get(exporter, "/ready").status).endsWith("200 OK");

        context.clock().advance(Duration.ofSeconds(6));

        assertThat(endOf(slow)).isTrue();
    }

    private static boolean endOf(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void connectionsBeyondTheBoundAreClosedUnanswered() throws IOException {
        MetricsExporter exporter =
                exporter(context(), Map.of("metrics.prometheus.max-connections", "2"));
        Socket first = connect(exporter);
        Socket second = connect(exporter);
        send(first, "GET /ready HTTP/1.1\r\n");
        send(second, "GET /ready HTTP/1.1\r\n");

        assertThat(endOf(connect(exporter))).isTrue();

        send(first, "\r\n");
        assertThat(answer(first).status).endsWith("200 OK");
        assertAnswersAgain(exporter);
    }

    @Test
    void scrapesBeyondTheBoundAreRefusedAndProbesAreNot() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        view.whileReading =
                () -> {
                    reading.countDown();
                    awaitLatch(goOn);
                };
        MetricsExporter exporter =
                exporter(context(), Map.of("metrics.prometheus.max-scrapes", "1"));
        Socket first = connect(exporter);
        send(first, "GET /metrics HTTP/1.1\r\n\r\n");
        awaitLatch(reading);

        Answer second = get(exporter, "/metrics");
        Answer probe = get(exporter, "/health");
        goOn.countDown();

        assertThat(second.status).isEqualTo("HTTP/1.1 503 Service Unavailable");
        assertThat(second.headers).containsEntry("Retry-After", "1");
        assertThat(second.text()).contains("metrics.prometheus.max-scrapes");
        assertThat(probe.status).endsWith("200 OK");
        assertThat(answer(first).status).endsWith("200 OK");
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void aPortInUseIsOneLineWithTheRemedy() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            assertThatThrownBy(
                            () -> exporter(context(), Map.of("metrics.prometheus.listen", address)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "cannot listen on "
                                    + address
                                    + ": another process uses port "
                                    + taken.getLocalPort()
                                    + "; stop it (ss -tanp names it), or choose another port with metrics.prometheus.listen");
        }
    }

    @Test
    void anAddressOfAnotherMachineIsOneLineWithTheRemedy() {
        assertThatThrownBy(() ->
                        exporter(context(), Map.of("metrics.prometheus.listen", "192.0.2.1:9404")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "cannot listen on 192.0.2.1:9404: 192.0.2.1 is no address of this machine; set metrics.prometheus.listen to one of its own or to 0.0.0.0");
    }

    @Test
    void closingLetsGoOfThePortAndOfEveryConnection() throws Exception {
        MetricsExporter exporter = exporter(context(), Map.of());
        URI address = exporter.address().orElseThrow();
        Socket idle = connect(exporter);
        send(idle, "GET");

        exporter.close();

        assertThat(endOf(idle)).isTrue();
        try (ServerSocket again = new ServerSocket()) {
            again.setReuseAddress(true);
            again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort()));
            assertThat(again.isBound()).isTrue();
        }
        assertThat(exporter.address()).isEmpty();
    }
}
