package mortise.metrics.prometheus;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPOutputStream;
import mortise.api.config.Config;
import mortise.spi.telemetry.Health;
import mortise.spi.telemetry.HealthView;
import mortise.spi.telemetry.MetricsView;

/** What can be fetched: metrics, and answers to probes. Thread-safe. */
final class Pages {
    private static final String KNOWN =
            """
            /metrics  what the broker counts
            /health   200 while the process is worth keeping
            /ready    200 while clients should be sent here
            """;

    private final MetricsView metrics;
    private final HealthView health;
    private final ProcessMetrics process;
    private final Semaphore scrapes;
    private final int maxScrapes;

    Pages(MetricsView metrics, HealthView health, ProcessMetrics process, Config config) {
        this.metrics = metrics;
        this.health = health;
        this.process = process;
        this.maxScrapes = config.get(PrometheusProvider.MAX_SCRAPES);
        this.scrapes = new Semaphore(maxScrapes);
    }

    /** What a client asks for. */
    record Wanted(String path, boolean openMetrics, boolean gzip) {}

    /** Takes an answer to its client. */
    @FunctionalInterface
    interface Sender {
        void send(Page page) throws IOException;
    }

    /** Makes the page and sends it; how many metrics pages exist at once is bounded. */
    void answer(Wanted wanted, Sender sender) throws IOException {
        switch (wanted.path) {
            case "/metrics" -> scrape(wanted, sender);
            case "/health" -> sender.send(probe("alive", health.alive()));
            case "/ready" -> sender.send(probe("ready", health.ready()));
            case "/" -> sender.send(new Page(200, "text/plain", KNOWN));
            default -> sender.send(new Page(404, "text/plain", "There are:\n" + KNOWN));
        }
    }

    private void scrape(Wanted wanted, Sender sender) throws IOException {
        if (!scrapes.tryAcquire()) {
            sender.send(
                    new Page(
                                    503,
                                    "text/plain",
                                    maxScrapes
                                            + " scrapes are under way ("
                                            + PrometheusProvider.MAX_SCRAPES.name()
                                            + "); ask again later.\n")
                            .with("Retry-After", "1"));
            return;
        }
        try {
            sender.send(metricsPage(wanted));
        } finally {
            scrapes.release();
        }
    }

    private Page metricsPage(Wanted wanted) {
        TextFormat format = wanted.openMetrics ? TextFormat.OPEN_METRICS : TextFormat.PROMETHEUS;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ExpositionWriter writer = new ExpositionWriter(bytes, format);
        metrics.read().forEach(writer::family);
        process.write(writer);
        writer.end();
        Map<String, String> headers = Page.headers(format.contentType());
        headers.put("Vary", "Accept, Accept-Encoding");
        if (!wanted.gzip) {
            return new Page(200, headers, ByteBuffer.wrap(bytes.toByteArray()));
        }
        headers.put("Content-Encoding", "gzip");
        return new Page(200, headers, ByteBuffer.wrap(compressed(bytes)));
    }

    private static byte[] compressed(ByteArrayOutputStream bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.size() / 8 + 64);
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed, 8192)) {
            bytes.writeTo(gzip);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return packed.toByteArray();
    }

    private static Page probe(String question, Health answer) {
        StringBuilder json = new StringBuilder("{\"").append(question).append("\":");
        json.append(answer.good()).append(",\"reasons\":[");
        for (int i = 0; i < answer.reasons().size(); i++) {
            Health.Reason reason = answer.reasons().get(i);
            json.append(i == 0 ? "{" : ",{");
            json.append("\"name\":").append(JsonText.quoted(reason.name()));
            json.append(",\"detail\":").append(JsonText.quoted(reason.detail())).append('}');
        }
        json.append("]}\n");
        return new Page(answer.good() ? 200 : 503, "application/json", json.toString());
    }
}
