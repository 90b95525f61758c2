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
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return placement.place(cluster, request);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError failure) {
            activity.failed("place", failure);
            throw failure;
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public void close() {
        instance.close();
    }
}
