package mortise.placement.spread;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import mortise.spi.placement.ClusterView;
import mortise.spi.placement.ClusterView.Broker;
import mortise.spi.placement.Placement;
import mortise.spi.placement.PlacementRequest;
import mortise.spi.placement.ReplicaPlacement;

/**
 * Kafka's round robin, with racks as in KIP-36.
 *
 * <p>The live brokers stand in a circle that goes from rack to rack. Each partition is led by the
 * next broker of the circle, from a random one on, so leaders are even over brokers. Its other
 * replicas follow at a distance that grows with every round, so the partitions of one broker do not
 * all have the same second one; a rack that has a replica is passed over until every rack has one.
 * Brokers without a rack are together in one rack.
 */
final class SpreadPlacement implements ReplicaPlacement {
    @Override
    public Placement place(ClusterView cluster, PlacementRequest request) {
        List<Broker> circle =
                circle(cluster.brokers().stream().filter(broker -> !broker.fenced()).toList());
        SplittableRandom random = new SplittableRandom(request.seed());
        int start = random.nextInt(circle.size());
        int shift = random.nextInt(circle.size());
        List<List<Integer>> placed = new ArrayList<>(request.partitionCount());
        for (int i = 0; i < request.partitionCount(); i++) {
            int round = i / circle.size();
            int leader = Math.floorMod(start + i, circle.size());
            placed.add(
                    replicas(circle, leader, shift + round, request.replicationFactor()).stream()
                            .map(Broker::id)
                            .toList());
        }
        return new Placement.Placed(placed);
    }

    /** Brokers in the order of their numbers, but each followed by one of another rack. */
    private static List<Broker> circle(List<Broker> live) {
        Map<Optional<String>, List<Broker>> racks =
                new TreeMap<>(Comparator.comparing(rack -> rack.orElse("")));
        live.stream()
                .sorted(Comparator.comparingInt(Broker::id))
                .forEach(broker ->
                        racks.computeIfAbsent(broker.rack(), name -> new ArrayList<>())
                                .add(broker));
        List<Broker> circle = new ArrayList<>(live.size());
        for (int i = 0; circle.size() < live.size(); i++) {
            for (List<Broker> rack : racks.values()) {
                if (i < rack.size()) {
                    circle.add(rack.get(i));
                }
            }
        }
        return circle;
    }

    private static List<Broker> replicas(
            List<Broker> circle, int leader, int shift, int replicationFactor) {
        List<Broker> chosen = new ArrayList<>(replicationFactor);
        chosen.add(circle.get(leader));
        while (chosen.size() < replicationFactor) {
            chosen.add(next(circle, leader, shift, chosen));
        }
        return chosen;
    }

    /** The first other broker from the shifted distance on whose rack has the fewest replicas. */
    private static Broker next(List<Broker> circle, int leader, int shift, List<Broker> chosen) {
        int others = circle.size() - 1;
        return IntStream.range(0, others)
                .map(i -> leader + 1 + (shift + i) % others)
                .mapToObj(place -> circle.get(place % circle.size()))
                .filter(broker -> !chosen.contains(broker))
                .min(
                        Comparator.comparingLong(broker ->
                                chosen.stream()
                                        .filter(other -> other.rack().equals(broker.rack()))
                                        .count()))
                .orElseThrow();
    }
}
