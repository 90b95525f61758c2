package mortise.spi.telemetry;

import mortise.spi.Provider;

/** A source of metrics exporters, of which any number are chosen with {@code plugins.metrics}. */
public interface MetricsExporterProvider extends Provider<MetricsExporter> {}
