package mortise.metrics.prometheus;

import java.time.Duration;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.spi.PluginContext;
import mortise.spi.telemetry.MetricsExporter;
import mortise.spi.telemetry.MetricsExporterProvider;

/** The metrics exporter named {@code prometheus}: pages for scrapers and probes, over HTTP. */
public final class PrometheusProvider implements MetricsExporterProvider {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<HostPort> LISTEN =
            KEYS.add(
                    ConfigKey.of(
                                    "metrics.prometheus.listen",
                                    ConfigType.HOST_PORT,
                                    "Where metrics and health are served, without authentication or encryption. Port 0 lets the system choose.")
                            .defaultsTo(new HostPort("127.0.0.1", 9404)));

    static final ConfigKey<Integer> MAX_CONNECTIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "metrics.prometheus.max-connections",
                                    ConfigType.INT,
                                    "How many connections are open at once; those beyond are closed unanswered.")
                            .defaultsTo(64)
                            .between(1, 10_000));

    static final ConfigKey<Integer> MAX_SCRAPES =
            KEYS.add(
                    ConfigKey.of(
                                    "metrics.prometheus.max-scrapes",
                                    ConfigType.INT,
                                    "How many metrics pages are made and sent at once; those beyond are answered with 503. Each takes as much heap as the page is long.")
                            .defaultsTo(4)
                            .between(1, 1_000));

    static final ConfigKey<Duration> REQUEST_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "metrics.prometheus.request-timeout",
                                    ConfigType.DURATION,
                                    "How long a connection lives, from its opening until its answer is taken.")
                            .defaultsTo(Duration.ofSeconds(10))
                            .between(Duration.ofMillis(1), Duration.ofHours(1)));

    private static final ConfigSchema SCHEMA = KEYS.build();

    /** A provider for the service loader. */
    public PrometheusProvider() {}

    @Override
    public String name() {
        return "prometheus";
    }

    @Override
    public ConfigSchema config() {
        return SCHEMA;
    }

    @Override
    public boolean usesDataDirectory(Config config) {
        return false;
    }

    @Override
    public MetricsExporter create(Config config, PluginContext context) {
        return new PrometheusExporter(config, context);
    }
}
