package mortise.spi.placement;

import mortise.spi.CalledOn;
import mortise.spi.Caller;
import mortise.spi.Lifecycle;

/**
 * Decides which brokers hold the replicas of partitions that are about to be created.
 *
 * <p>A pure function: what it answers depends on its arguments alone, and on what it has read in
 * {@link #start}. It reads no clock, keeps no state and takes its randomness from {@link
 * PlacementRequest#seed()}, so that equal questions have equal answers and a simulated cluster can
 * be replayed. It does no I/O and never waits: while it thinks, nothing else in the cluster
 * changes.
 */
@FunctionalInterface
public interface ReplicaPlacement extends Lifecycle {
    /**
     * Places partitions.
     *
     * <p>The broker checks the answer: as many partitions as asked for, each with as many replicas
     * as asked for on different brokers of the cluster, at least one of them not fenced. An answer
     * that is wrong, or an exception, refuses the topic with the plugin's name, and no metadata is
     * written.
     *
     * @param cluster the cluster's brokers; of those that are not fenced there are at least as many
     *     as each partition is to have replicas; not to be kept
     * @param request what is to be placed
     */
    @CalledOn(Caller.ANY)
    Placement place(ClusterView cluster, PlacementRequest request);

    /** Releases what the placement holds; nothing unless overridden. */
    @Override
    @CalledOn(Caller.VIRTUAL)
    default void close() {}
}
