package mortise.broker.plugin;

import mortise.spi.placement.ClusterView;
import mortise.spi.placement.Placement;
import mortise.spi.placement.PlacementRequest;
import mortise.spi.placement.ReplicaPlacement;

/**
 * The placement of a plugin, counted. What it throws goes on to the controller, which refuses the
 * topic with the plugin's name.
 */
public final class MeteredPlacement implements ReplicaPlacement {
    private final PluginInstance<ReplicaPlacement> instance;
    private final ReplicaPlacement placement;
    private final PluginActivity activity;

    /** A plugin's placement. */
    public MeteredPlacement(PluginInstance<ReplicaPlacement> instance) {
        this.instance = instance;
        this.placement = instance.made();
        this.activity = instance.activity();
    }

    @Override
    public Placement place(ClusterView cluster, PlacementRequest request) {
        return activity.call("place", () -> placement.place(cluster, request), this::failed);
    }

    private RuntimeException failed(String call, Throwable failure) {
        activity.failed(call, failure);
        if (failure instanceof RuntimeException thrown) {
            return thrown;
        }
        throw (Error) failure;
    }

    @Override
    public void close() {
        instance.close();
    }
}
