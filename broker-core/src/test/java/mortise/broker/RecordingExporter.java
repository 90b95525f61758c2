package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.telemetry.Health;
import mortise.spi.telemetry.HealthView;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricsExporter;
import mortise.spi.telemetry.MetricsExporterProvider;
import mortise.spi.telemetry.MetricsView;
import org.jspecify.annotations.Nullable;

/** A metrics exporter that lets a test look. */
final class RecordingExporter implements MetricsExporterProvider, MetricsExporter {
    /** What happened to it, and how ready the broker was then. */
    final List<String> events = new ArrayList<>();

    private final String name;
    private final Consumer<RecordingExporter> onStart;
    private @Nullable MetricsView metrics;
    private @Nullable HealthView health;

    RecordingExporter(String name) {
        this(name, started -> {});
    }

    RecordingExporter(String name, Consumer<RecordingExporter> onStart) {
        this.name = name;
        this.onStart = onStart;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ConfigSchema config() {
        return ConfigSchema.empty();
    }

    @Override
    public MetricsExporter create(Config config, PluginContext context) {
        return this;
    }

    @Override
    public void start(MetricsView view, HealthView of) {
        metrics = view;
        health = of;
        note("start");
        onStart.accept(this);
    }

    private void note(String event) {
        events.add(event + " " + ready().reasons().stream().map(Health.Reason::name).toList());
    }

    Health ready() {
        HealthView handed = health;
        if (handed == null) {
            throw new AssertionError("the exporter was not started");
        }
        return handed.ready();
    }

    List<MetricFamily> read() {
        MetricsView handed = metrics;
        if (handed == null) {
            throw new AssertionError("the exporter was not started");
        }
        return handed.read();
    }

    @Override
    public void close() {
        note("close");
    }
}
