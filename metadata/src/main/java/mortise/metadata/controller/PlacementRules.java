package mortise.metadata.controller;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.metadata.ClusterImage;
import mortise.spi.placement.Placement;
import mortise.spi.placement.PlacementRequest;
import mortise.spi.placement.ReplicaPlacement;
import org.jspecify.annotations.Nullable;

/**
 * What holds for replicas whichever plugin places them: a placement is asked only what it can
 * answer, and its answer is believed only if it can be carried out.
 */
public final class PlacementRules {
    private final String plugin;
    private final ReplicaPlacement placement;
    private final PlacementFaults faults;

    /**
     * Rules for one plugin's placement.
     *
     * @param plugin its name
     * @param faults hears what is wrong with the plugin
     */
    public PlacementRules(String plugin, ReplicaPlacement placement, PlacementFaults faults) {
        this.plugin = plugin;
        this.placement = placement;
        this.faults = faults;
    }

    /**
     * The replicas of each partition.
     *
     * @throws RefusedException if too few brokers are live, the plugin refuses, fails, or gives an
     *     answer that cannot be carried out
     */
    List<List<Integer>> place(ClusterImage state, PlacementRequest request) {
        long live = state.brokers().values().stream().filter(broker -> !broker.fenced()).count();
        if (request.replicationFactor() > live) {
            throw new RefusedException(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Topic '"
                            + request.topic()
                            + "' is to have replication factor "
                            + request.replicationFactor()
                            + ", but only "
                            + live
                            + " broker(s) are live; use at most that, or start more brokers");
        }
        return switch (ask(state, request)) {
            case Placement.Placed(List<List<Integer>> replicas) -> {
                String flaw = flaw(state, request, replicas);
                if (flaw != null) {
                    faults.blamed(request, flaw, null);
                    throw failed(request, flaw);
                }
                yield replicas;
            }
            case Placement.Refused(String reason) ->
                    throw new RefusedException(
                            ErrorCode.INVALID_REPLICATION_FACTOR,
                            reason + " (placement plugin '" + plugin + "')");
        };
    }

    private Placement ask(ClusterImage state, PlacementRequest request) {
        Placement answer;
        try {
            answer = placement.place(new PlacedCluster(state), request);
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError failure) {
            faults.blamed(request, "it threw", failure);
            throw failed(request, "it threw " + failure);
        }
        // a plugin need not be compiled with our nullness checks
        if (Objects.isNull(answer)) {
            faults.blamed(request, "it answered null", null);
            throw failed(request, "it answered null");
        }
        return answer;
    }

    private RefusedException failed(PlacementRequest request, String flaw) {
        return new RefusedException(
                ErrorCode.UNKNOWN_SERVER_ERROR,
                "The placement plugin '"
                        + plugin
                        + "' could not place topic '"
                        + request.topic()
                        + "': "
                        + flaw
                        + "; assign the replicas yourself, or choose another plugin (plugins.placement)");
    }

    private static @Nullable String flaw(
            ClusterImage state, PlacementRequest request, List<List<Integer>> replicas) {
        if (replicas.size() != request.partitionCount()) {
            return "it placed "
                    + replicas.size()
                    + " partitions of "
                    + request.partitionCount()
                    + " that were asked for";
        }
        for (int i = 0; i < replicas.size(); i++) {
            String flaw = flaw(state, request.replicationFactor(), replicas.get(i));
            if (flaw != null) {
                return "partition "
                        + (request.firstPartition() + i)
                        + " on brokers "
                        + replicas.get(i)
                        + " "
                        + flaw;
            }
        }
        return null;
    }

    private static @Nullable String flaw(
            ClusterImage state, int replicationFactor, List<Integer> brokers) {
        if (brokers.size() != replicationFactor) {
            return "has "
                    + brokers.size()
                    + " replicas, not the "
                    + replicationFactor
                    + " that were asked for";
        }
        if (new HashSet<>(brokers).size() < brokers.size()) {
            return "has a broker twice";
        }
        for (int broker : brokers) {
            if (!state.brokers().containsKey(broker)) {
                return "has broker " + broker + ", which is not registered";
            }
        }
        return brokers.stream().anyMatch(state::isLive) ? null : "has no broker that is live";
    }
}
