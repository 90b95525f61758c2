package mortise.spi.placement;

import mortise.api.config.Config;
import mortise.spi.Provider;

/** A source of replica placements, chosen with {@code plugins.placement}. */
public interface PlacementProvider extends Provider<ReplicaPlacement> {
    /** A pure function keeps nothing. */
    @Override
    default boolean usesDataDirectory(Config config) {
        return false;
    }
}
