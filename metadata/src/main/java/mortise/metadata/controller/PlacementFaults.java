package mortise.metadata.controller;

import mortise.spi.placement.PlacementRequest;
import org.jspecify.annotations.Nullable;

/** Hears what is wrong with a placement plugin. Called by whoever decides; does not throw. */
@FunctionalInterface
public interface PlacementFaults {
    /**
     * The plugin failed.
     *
     * @param flaw what it did
     * @param failure what it threw, if it threw
     */
    void blamed(PlacementRequest request, String flaw, @Nullable Throwable failure);
}
