package mortise.tck.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import mortise.api.config.Config;
import mortise.spi.PluginContext;
import mortise.spi.Provider;
import mortise.spi.telemetry.MetricsExporter;
import mortise.spi.telemetry.MetricsExporterProvider;
import mortise.tck.plugin.PluginContract;
import mortise.tck.plugin.Started;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.Test;

/** What a broker relies on in every metrics exporter. */
public interface MetricsExporterContract extends PluginContract {
    /** The plugin. */
    @Override
    MetricsExporterProvider provider();

    @Override
    default Class<? extends Provider<?>> service() {
        return MetricsExporterProvider.class;
    }

    @Override
    default String kind() {
        return "metrics";
    }

    /** What its configuration has to set so that it starts on any machine, several at a time. */
    @Override
    default Map<String, String> settings() {
        return Map.of();
    }

    private MetricsExporter create(PluginContext context) {
        MetricsExporterProvider provider = provider();
        return provider.create(Config.of(provider.config(), settings()), context);
    }

    private MetricsExporter started(PluginContext context, SampleTelemetry telemetry) {
        MetricsExporter exporter = Started.of(create(context));
        exporter.start(telemetry, telemetry);
        return exporter;
    }

    private String named() {
        return "metrics plugin '" + provider().name() + "'";
    }

    /** {@code create} starts no thread, and what was never started can be closed. */
    @Test
    default void creatingStartsNothing() {
        MetricsExporter exporter = create(context().withoutThreads());

        assertThat(exporter.address())
                .as("the address of %s, which was created and not started", named())
                .isEmpty();
        exporter.close();
    }

    /** A closed exporter reads no view any more, says no address, and can be closed again. */
    @Test
    default void closingEndsIt() {
        SampleTelemetry telemetry = new SampleTelemetry();
        SimContext context = context();
        MetricsExporter exporter = started(context, telemetry);

        exporter.close();
        telemetry.close();

        context.clock().advance(java.time.Duration.ofHours(1));
        assertThat(exporter.address()).as("the address of %s, which is closed", named()).isEmpty();
        exporter.close();
    }

    /** What one exporter held another can have: a broker that is started again starts. */
    @Test
    default void itStartsAgainAfterItsEnd() {
        for (int start = 0; start < 3; start++) {
            SampleTelemetry telemetry = new SampleTelemetry();
            started(context(), telemetry).close();
            telemetry.close();
        }
    }

    /** Threads come from the context, are named by it, and end with the exporter. */
    @Test
    default void noThreadOutlivesIt() {
        SampleTelemetry telemetry = new SampleTelemetry();
        SimContext context = context();
        var before = Thread.getAllStackTraces().keySet();
        started(context, telemetry).close();

        assertThat(
                        context.awaitUntil(() ->
                                Thread.getAllStackTraces().keySet().stream()
                                        .filter(thread -> !before.contains(thread))
                                        .noneMatch(thread -> thread.getName().startsWith("sim-"))))
                .as("whether all threads of %s have ended after its close", named())
                .isTrue();
    }
}
