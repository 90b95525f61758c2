package mortise.metrics.prometheus;

import java.util.Map;
import mortise.spi.telemetry.MetricsExporterProvider;
import mortise.tck.telemetry.MetricsExporterContract;

/** The kit's contract holds for metrics-prometheus. */
class PrometheusContractTest implements MetricsExporterContract {
    @Override
    public MetricsExporterProvider provider() {
        return new PrometheusProvider();
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("metrics.prometheus.listen", "127.0.0.1:0");
    }
}
