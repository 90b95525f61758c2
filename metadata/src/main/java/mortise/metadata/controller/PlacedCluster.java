package mortise.metadata.controller;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.metadata.ClusterImage;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import mortise.spi.placement.ClusterView;
import org.jspecify.annotations.Nullable;

/**
 * A cluster image as a placement sees it. Replicas are counted when the placement first asks, since
 * most never do. Confined to the controller.
 */
final class PlacedCluster implements ClusterView {
    private final ClusterImage state;
    private final List<Broker> brokers;
    private @Nullable Loads loads;

    /** How much each broker has. */
    private record Loads(Map<Integer, Integer> replicas, Map<Integer, Integer> leaders) {}

    PlacedCluster(ClusterImage state) {
        this.state = state;
        this.brokers =
                state.brokers().values().stream()
                        .map(broker ->
                                new Broker(
                                        broker.id(),
                                        Optional.ofNullable(broker.rack()),
                                        broker.fenced()))
                        .sorted(Comparator.comparingInt(Broker::id))
                        .toList();
    }

    @Override
    public List<Broker> brokers() {
        return brokers;
    }

    @Override
    public int replicaCount(int broker) {
        return loads().replicas.getOrDefault(broker, 0);
    }

    @Override
    public int leaderCount(int broker) {
        return loads().leaders.getOrDefault(broker, 0);
    }

    private Loads loads() {
        Loads counted = loads;
        if (counted == null) {
            counted = count();
            loads = counted;
        }
        return counted;
    }

    private Loads count() {
        Map<Integer, Integer> replicas = new HashMap<>();
        Map<Integer, Integer> leaders = new HashMap<>();
        for (TopicImage topic : state.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                partition.replicas().forEach(broker -> replicas.merge(broker, 1, Integer::sum));
                leaders.merge(partition.leader(), 1, Integer::sum);
            }
        }
        return new Loads(replicas, leaders);
    }
}
