package mortise.placement.spread;

import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.placement.ReplicaPlacement;

/** The placement named {@code spread}. */
public final class SpreadProvider implements PlacementProvider {
    /** Does nothing. */
    public SpreadProvider() {}

    @Override
    public String name() {
        return "spread";
    }

    @Override
    public ConfigSchema config() {
        return ConfigSchema.empty();
    }

    @Override
    public ReplicaPlacement create(Config config, PluginContext context) {
        return new SpreadPlacement();
    }
}
