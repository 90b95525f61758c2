package mortise.broker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.PluginKind;
import mortise.record.Codec;
import mortise.spi.Capability;
import mortise.spi.Provider;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.storage.StorageProvider;
import mortise.spi.telemetry.MetricsExporterProvider;
import org.jspecify.annotations.Nullable;

/**
 * What a broker is made of: checked configuration, the chosen plugins, the world handed in, and how
 * all that follows on what was there before.
 */
record Assembly(
        Config config,
        FoundPlugins found,
        Clock clock,
        RandomGenerator random,
        Continuity continuity) {
    FoundPlugin<StorageProvider> storage() {
        return found.storage();
    }

    FoundPlugin<ConsensusProvider> consensus() {
        return found.consensus();
    }

    FoundPlugin<PlacementProvider> placement() {
        return found.placement();
    }

    @Nullable FoundPlugin<AuthorizerProvider> authorizer() {
        return found.authorizer();
    }

    List<FoundPlugin<MetricsExporterProvider>> exporters() {
        return found.exporters();
    }

    List<FoundPlugin<Codec>> codecs() {
        return found.codecs();
    }

    /** The chosen plugins, by kind. */
    Map<PluginKind<?>, FoundPlugin<? extends Provider<?>>> plugins() {
        Map<PluginKind<?>, FoundPlugin<? extends Provider<?>>> chosen = new LinkedHashMap<>();
        found.single().forEach(plugin -> chosen.put(plugin.kind(), plugin));
        return chosen;
    }

    /** Whether records outlive the process: what the store declares, as it is configured. */
    boolean keepsRecords() {
        return storage().capabilities(configOf(storage())).contains(Capability.DURABLE);
    }

    /** Whether any of the plugins keeps files. */
    boolean usesDataDirectory() {
        return found.configured().stream().anyMatch(this::usesDataDirectory);
    }

    /** Whether a plugin keeps files. */
    boolean usesDataDirectory(FoundPlugin<?> plugin) {
        return plugin.usesDataDirectory(configOf(plugin));
    }

    /** The values that a plugin may see: its own. */
    Config configOf(FoundPlugin<?> plugin) {
        return config.restrictedTo(plugin.schema());
    }
}
