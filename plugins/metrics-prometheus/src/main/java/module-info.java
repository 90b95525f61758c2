import mortise.metrics.prometheus.PrometheusProvider;
import mortise.spi.telemetry.MetricsExporterProvider;
import org.jspecify.annotations.NullMarked;

/** Metrics and health over HTTP. Its face is the service. */
@NullMarked
module mortise.metrics.prometheus {
    requires static org.jspecify;
    requires mortise.spi;
    requires java.management;
    requires jdk.management;

    provides MetricsExporterProvider with
            PrometheusProvider;
}
