package mortise.spi.placement;

import mortise.spi.Provider;

/** A source of replica placements, chosen with {@code plugins.placement}. */
public interface PlacementProvider extends Provider<ReplicaPlacement> {}
