package mortise.broker;

import java.util.ArrayList;
import java.util.List;
import mortise.broker.plugin.FoundPlugin;
import mortise.record.Codec;
import mortise.spi.Provider;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.storage.StorageProvider;
import mortise.spi.telemetry.MetricsExporterProvider;
import org.jspecify.annotations.Nullable;

/**
 * The plugins that a configuration chooses, as they were found.
 *
 * @param authorizer null if everybody may do everything
 * @param codecs all that are there: topics and clients choose among them
 */
record FoundPlugins(
        FoundPlugin<StorageProvider> storage,
        FoundPlugin<ConsensusProvider> consensus,
        FoundPlugin<PlacementProvider> placement,
        @Nullable FoundPlugin<AuthorizerProvider> authorizer,
        List<FoundPlugin<MetricsExporterProvider>> exporters,
        List<FoundPlugin<Codec>> codecs) {
    FoundPlugins {
        exporters = List.copyOf(exporters);
        codecs = List.copyOf(codecs);
    }

    /** Those of which a broker runs one of each kind. */
    List<FoundPlugin<? extends Provider<?>>> single() {
        List<FoundPlugin<? extends Provider<?>>> single = new ArrayList<>();
        single.add(storage);
        single.add(consensus);
        single.add(placement);
        if (authorizer != null) {
            single.add(authorizer);
        }
        return single;
    }

    /** All that are configured. */
    List<FoundPlugin<? extends Provider<?>>> configured() {
        List<FoundPlugin<? extends Provider<?>>> all = single();
        all.addAll(exporters);
        return all;
    }
}
