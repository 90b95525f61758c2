package mortise.metrics.prometheus;

import java.net.URI;
import java.util.Optional;
import mortise.api.config.Config;
import mortise.spi.PluginContext;
import mortise.spi.telemetry.HealthView;
import mortise.spi.telemetry.MetricsExporter;
import mortise.spi.telemetry.MetricsView;
import org.jspecify.annotations.Nullable;

/** Pages for scrapers and probes, and the server that they are fetched from. */
final class PrometheusExporter implements MetricsExporter {
    private final Config config;
    private final PluginContext context;
    private volatile @Nullable HttpServer server;

    PrometheusExporter(Config config, PluginContext context) {
        this.config = config;
        this.context = context;
    }

    @Override
    public void start(MetricsView metrics, HealthView health) {
        Pages pages = new Pages(metrics, health, ProcessMetrics.ofThisProcess(), config);
        HttpServer opened = new HttpServer(config, pages, context);
        opened.open();
        server = opened;
    }

    @Override
    public Optional<URI> address() {
        return Optional.ofNullable(server)
                .map(opened -> URI.create("http://" + opened.address() + "/metrics"));
    }

    @Override
    public void close() {
        HttpServer opened = server;
        if (opened != null) {
            server = null;
            opened.close();
        }
    }
}
