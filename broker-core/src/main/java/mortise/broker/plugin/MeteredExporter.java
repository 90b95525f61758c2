package mortise.broker.plugin;

import java.net.URI;
import java.util.Optional;
import mortise.spi.telemetry.HealthView;
import mortise.spi.telemetry.MetricsExporter;
import mortise.spi.telemetry.MetricsView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The exporter of a metrics plugin: bounded in starting and closing, and named in failures. */
public final class MeteredExporter implements MetricsExporter {
    private static final Logger LOG = LoggerFactory.getLogger(MeteredExporter.class);

    private final PluginInstance<MetricsExporter> instance;
    private final MetricsExporter exporter;
    private final PluginActivity activity;

    /** A plugin's exporter. */
    public MeteredExporter(PluginInstance<MetricsExporter> instance) {
        this.instance = instance;
        this.exporter = instance.made();
        this.activity = instance.activity();
    }

    @Override
    public void start(MetricsView metrics, HealthView health) {
        instance.begin(() -> handIn(metrics, health), () -> {});
        instance.started();
    }

    /** Starts among others. */
    public void begin(PluginStarts starts, MetricsView metrics, HealthView health) {
        starts.begin(instance, () -> handIn(metrics, health));
    }

    private void handIn(MetricsView metrics, HealthView health) {
        try {
            exporter.start(metrics, health);
        } catch (IllegalStateException foreseen) {
            // the SPI asks for one line with cause and remedy: nothing to add but the name
            throw new RefusedPluginException(
                    activity.title() + ": " + foreseen.getMessage(), foreseen);
        }
    }

    @Override
    public Optional<URI> address() {
        return activity.callOr("address", exporter::address, this::unknown);
    }

    /** It has started and serves; where is a line in the log less. */
    private Optional<URI> unknown(String call, Throwable failure) {
        switch (failure) {
            case AssertionError broken -> throw broken;
            case StackOverflowError deep -> throw deep;
            default -> LOG.warn("{}", activity.failed(call, failure), failure);
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        instance.close();
    }
}
