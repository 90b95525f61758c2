package mortise.tck.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import mortise.spi.placement.ClusterView;
import mortise.spi.placement.Placement;

/**
 * A cluster that a test puts together. Immutable.
 *
 * @param replicas by broker, how many replicas it holds; none if it is not named
 * @param leaders by broker, how many partitions it leads; none if it is not named
 */
public record SampleCluster(
        List<Broker> brokers, Map<Integer, Integer> replicas, Map<Integer, Integer> leaders)
        implements ClusterView {
    public SampleCluster {
        brokers = brokers.stream().sorted(Comparator.comparingInt(Broker::id)).toList();
        replicas = Map.copyOf(replicas);
        leaders = Map.copyOf(leaders);
    }

    /** Brokers that hold nothing yet. */
    public static SampleCluster of(Broker... brokers) {
        return new SampleCluster(List.of(brokers), Map.of(), Map.of());
    }

    /** Live brokers 1 to {@code count} without racks. */
    public static SampleCluster live(int count) {
        List<Broker> brokers = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            brokers.add(new Broker(id, Optional.empty(), false));
        }
        return new SampleCluster(brokers, Map.of(), Map.of());
    }

    /** Live brokers 1 to {@code racks * brokersPerRack}, in racks {@code r0}, {@code r1}, …. */
    public static SampleCluster racked(int racks, int brokersPerRack) {
        List<Broker> brokers = new ArrayList<>();
        for (int i = 0; i < racks * brokersPerRack; i++) {
            brokers.add(new Broker(i + 1, Optional.of("r" + i / brokersPerRack), false));
        }
        return new SampleCluster(brokers, Map.of(), Map.of());
    }

    /** One to twelve brokers, some of them fenced but not all, some in racks, with random loads. */
    public static SampleCluster random(RandomGenerator random) {
        int count = random.nextInt(1, 13);
        int racks = random.nextInt(4);
        List<Broker> brokers = new ArrayList<>();
        Map<Integer, Integer> replicas = new HashMap<>();
        Map<Integer, Integer> leaders = new HashMap<>();
        for (int id = 0; id < count; id++) {
            Optional<String> rack =
                    racks == 0 || random.nextInt(8) == 0
                            ? Optional.empty()
                            : Optional.of("r" + random.nextInt(racks));
            boolean fenced = id > 0 && random.nextInt(5) == 0;
            brokers.add(new Broker(id * 3, rack, fenced));
            replicas.put(id * 3, random.nextInt(1_000));
            leaders.put(id * 3, fenced ? 0 : random.nextInt(300));
        }
        return new SampleCluster(brokers, replicas, leaders);
    }

    @Override
    public int replicaCount(int broker) {
        return replicas.getOrDefault(broker, 0);
    }

    @Override
    public int leaderCount(int broker) {
        return leaders.getOrDefault(broker, 0);
    }

    /** How many brokers are not fenced. */
    public int liveCount() {
        return Math.toIntExact(brokers.stream().filter(broker -> !broker.fenced()).count());
    }

    /** The broker of this number. */
    public Broker broker(int id) {
        return brokers.stream()
                .filter(broker -> broker.id() == id)
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no broker " + id + " in " + this));
    }

    /** This cluster once the partitions are created. */
    public SampleCluster with(Placement.Placed placed) {
        Map<Integer, Integer> held = new HashMap<>(replicas);
        Map<Integer, Integer> led = new HashMap<>(leaders);
        for (List<Integer> partition : placed.replicas()) {
            partition.forEach(id -> held.merge(id, 1, Integer::sum));
            partition.stream()
                    .filter(id -> !broker(id).fenced())
                    .findFirst()
                    .ifPresent(id -> led.merge(id, 1, Integer::sum));
        }
        return new SampleCluster(brokers, held, led);
    }

    /** Whether these may be the replicas of one partition. */
    boolean allows(List<Integer> partition) {
        return new HashSet<>(partition).size() == partition.size()
                && partition.stream()
                        .allMatch(id -> brokers.stream().anyMatch(broker -> broker.id() == id))
                && partition.stream().anyMatch(id -> !broker(id).fenced());
    }
}
