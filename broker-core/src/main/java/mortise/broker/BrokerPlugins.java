package mortise.broker;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import mortise.api.Clock;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.MeteredCodec;
import mortise.broker.plugin.MeteredExporter;
import mortise.broker.plugin.PluginInstance;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.PluginSettings;
import mortise.broker.plugin.PluginStarts;
import mortise.broker.plugin.PluginWorld;
import mortise.broker.runtime.DataDirectory;
import mortise.record.Codecs;
import mortise.spi.Lifecycle;
import mortise.spi.Provider;
import mortise.spi.auth.Authorizer;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.placement.ReplicaPlacement;
import mortise.spi.storage.LogStore;
import mortise.spi.telemetry.Health.Reason;
import mortise.spi.telemetry.MetricsExporterProvider;
import mortise.wire.PluginActivityField;
import org.jspecify.annotations.Nullable;

/**
 * The plugins of one broker, from their making on, and what they have done. Started by the broker's
 * steps; its figures are for any thread.
 */
final class BrokerPlugins implements Area {
    private final List<PluginInstance<?>> instances = new CopyOnWriteArrayList<>();
    private final List<MeteredCodec> codecs;
    private final Map<String, URI> exporters = new ConcurrentHashMap<>();

    BrokerPlugins(Assembly assembly, Clock clock) {
        codecs = assembly.codecs().stream().map(plugin -> new MeteredCodec(plugin, clock)).toList();
    }

    /** The plugins of which a broker has one, started. */
    record Chosen(
            @Nullable PluginInstance<Authorizer> authorizer,
            PluginInstance<LogStore> storage,
            PluginInstance<ReplicaPlacement> placement,
            PluginInstance<MetadataQuorum> consensus) {}

    /** gzip and the codecs among the plugins. */
    Codecs codecs() {
        return Codecs.load(codecs);
    }

    /** Where exporters can be asked, by name. */
    Map<String, URI> exporters() {
        return Map.copyOf(exporters);
    }

    /**
     * Starts the exporters, before everything else, so that they can tell of it.
     *
     * @param directory where plugins keep their files; null if none does
     */
    CompletionStage<Void> startExporters(
            Composition with, @Nullable DataDirectory directory, Executor steps) {
        with.parts()
                .add(
                        "plugins that were not put to use",
                        () -> instances.forEach(PluginInstance::release));
        PluginStarts starts = new PluginStarts(steps, with.execution().timers());
        Map<String, MeteredExporter> started = new LinkedHashMap<>();
        for (FoundPlugin<MetricsExporterProvider> plugin : with.assembly().exporters()) {
            MeteredExporter exporter =
                    with.parts()
                            .add(
                                    "metrics exporter " + plugin.name(),
                                    new MeteredExporter(create(with, plugin, directory)));
            exporter.begin(starts, with.metrics(), with.health());
            started.put(plugin.name(), exporter);
        }
        return starts.all()
                .thenRun(() ->
                        started.forEach((name, exporter) ->
                                exporter.address()
                                        .ifPresent(address -> exporters.put(name, address))));
    }

    /** Starts the plugins of which a broker has one, side by side. */
    CompletionStage<Chosen> startChosen(
            Composition with, @Nullable DataDirectory directory, Executor steps) {
        Assembly assembly = with.assembly();
        Chosen made =
                new Chosen(
                        assembly.authorizer() == null
                                ? null
                                : create(with, assembly.authorizer(), directory),
                        create(with, assembly.storage(), directory),
                        create(with, assembly.placement(), directory),
                        create(with, assembly.consensus(), directory));
        PluginStarts starts = new PluginStarts(steps, with.execution().timers());
        if (made.authorizer() != null) {
            starts.begin(made.authorizer());
        }
        starts.begin(made.storage());
        starts.begin(made.placement());
        starts.begin(made.consensus());
        return starts.all().thenApply(started -> made);
    }

    private <T extends Lifecycle> PluginInstance<T> create(
            Composition with,
            FoundPlugin<? extends Provider<T>> plugin,
            @Nullable DataDirectory directory) {
        PluginInstance<T> instance =
                PluginInstance.create(
                        plugin,
                        with.assembly().configOf(plugin),
                        PluginSettings.from(with.config()),
                        new PluginWorld(
                                with.nodeId(),
                                with.execution(),
                                with.metrics(),
                                name ->
                                        directory != null
                                                        && with.assembly().usesDataDirectory(plugin)
                                                ? directory.subdirectory(name)
                                                : null));
        instances.add(instance);
        return instance;
    }

    /** What plugins say about themselves. */
    @Override
    public List<Reason> reasonsToStayAway() {
        List<Reason> reasons = new ArrayList<>();
        for (PluginInstance<?> plugin : instances) {
            plugin.failure().ifPresent(why -> reasons.add(new Reason("plugin-failed", why)));
        }
        return reasons;
    }

    /** What each plugin has done, as programs see it. */
    List<BrokerStatus.Plugin> status() {
        List<BrokerStatus.Plugin> all = new ArrayList<>();
        for (PluginInstance<?> instance : instances) {
            FoundPlugin<?> plugin = instance.plugin();
            all.add(
                    BrokerStatus.Plugin.of(
                            plugin.kind(),
                            plugin.name(),
                            plugin.capabilities(),
                            instance.state().name().toLowerCase(Locale.ROOT),
                            instance.usage()));
        }
        for (MeteredCodec codec : codecs) {
            all.add(
                    BrokerStatus.Plugin.of(
                            PluginKind.CODEC, codec.name(), Set.of(), "started", codec.usage()));
        }
        return all;
    }

    /** What each plugin has done, as administrators are told. */
    List<PluginActivityField.Activity> activities() {
        return status().stream()
                .map(plugin ->
                        new PluginActivityField.Activity(
                                plugin.kind(),
                                plugin.name(),
                                plugin.state(),
                                plugin.calls(),
                                plugin.time().toNanos(),
                                plugin.failures()))
                .toList();
    }
}
