package mortise.broker.controller;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import mortise.api.ErrorCode;
import mortise.broker.metadata.ClusterImage;
import mortise.broker.request.RefusedException;
import mortise.broker.runtime.Recurrence;
import mortise.spi.placement.Placement;
import mortise.spi.placement.PlacementRequest;
import mortise.spi.placement.ReplicaPlacement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What holds for replicas whichever plugin places them: a placement is asked only what it can
 * answer, and its answer is believed only if it can be carried out.
 */
public final class PlacementRules {
    private static final Logger LOG = LoggerFactory.getLogger(PlacementRules.class);

    private final String plugin;
    private final ReplicaPlacement placement;
    private final Recurrence failures = new Recurrence();

    /**
     * Rules for one plugin's placement.
     *
     * @param plugin its name
     */
    public PlacementRules(String plugin, ReplicaPlacement placement) {
        this.plugin = plugin;
        this.placement = placement;
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
                    blame(request, flaw, null);
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
            blame(request, "it threw", failure);
            throw failed(request, "it threw " + failure);
        }
        // a plugin need not be compiled with our nullness checks
        if (Objects.isNull(answer)) {
            blame(request, "it answered null", null);
            throw failed(request, "it answered null");
        }
        return answer;
    }

    private void blame(PlacementRequest request, String flaw, @Nullable Throwable failure) {
        long times = failures.count();
        if (times > 0) {
            LOG.error(
                    "placement plugin '{}' failed at {}: {} (failure number {})",
                    plugin,
                    request,
                    flaw,
                    times,
                    failure);
        }
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
