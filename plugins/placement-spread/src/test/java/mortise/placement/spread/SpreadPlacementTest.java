package mortise.placement.spread;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import mortise.spi.placement.ClusterView;
import mortise.spi.placement.ClusterView.Broker;
import mortise.spi.placement.Placement;
import mortise.spi.placement.PlacementRequest;
import mortise.tck.placement.SampleCluster;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

class SpreadPlacementTest {
    private static List<List<Integer>> place(
            ClusterView cluster, int partitions, int factor, long seed) {
        Placement answer =
                new SpreadPlacement()
                        .place(
                                cluster,
                                new PlacementRequest("orders", 0, partitions, factor, seed));
        if (answer instanceof Placement.Placed(List<List<Integer>> replicas)) {
            return replicas;
        }
        throw new AssertionError("refused: " + answer);
    }

    /** How many replicas each broker has at these positions of the lists. */
    private static Map<Integer, Integer> load(List<List<Integer>> placed, int from, int to) {
        Map<Integer, Integer> load = new HashMap<>();
        placed.forEach(partition ->
                partition.subList(from, to).forEach(broker -> load.merge(broker, 1, Integer::sum)));
        return load;
    }

    @Seeded(runs = 100)
    void leadersAndReplicasAreEvenWithoutRacks(long seed) {
        List<List<Integer>> placed = place(SampleCluster.live(5), 20, 3, seed);
        assertThat(load(placed, 0, 1)).hasSize(5).values().containsOnly(4);
        assertThat(load(placed, 0, 3)).hasSize(5).values().containsOnly(12);
    }

    @Seeded(runs = 100)
    void leadersAndReplicasAreEvenInRacksOfOneSize(long seed) {
        List<List<Integer>> placed = place(SampleCluster.racked(3, 2), 24, 2, seed);
        assertThat(load(placed, 0, 1)).hasSize(6).values().containsOnly(4);
        assertThat(load(placed, 0, 2)).hasSize(6).values().containsOnly(8);
    }

    @Seeded(runs = 100)
    void replicasAreInDifferentRacksAsLongAsThereAreSome(long seed) {
        SampleCluster cluster =
                SampleCluster.of(
                        new Broker(1, Optional.of("a"), false),
                        new Broker(2, Optional.of("a"), false),
                        new Broker(3, Optional.of("a"), false),
                        new Broker(4, Optional.of("b"), false),
                        new Broker(5, Optional.empty(), false));
        for (int factor = 1; factor <= 5; factor++) {
            int racks = Math.min(factor, 3);
            assertThat(place(cluster, 30, factor, seed))
                    .allSatisfy(partition ->
                            assertThat(
                                            partition.stream()
                                                    .map(id -> cluster.broker(id).rack())
                                                    .distinct())
                                    .hasSize(racks));
        }
    }

    /** Else the loss of one broker would double the load of one other. */
    @Seeded(runs = 50)
    void theFollowersOfOneLeaderAreNotAlwaysTheSame(long seed) {
        List<List<Integer>> placed = place(SampleCluster.live(5), 40, 2, seed);
        Map<Integer, Long> seconds =
                placed.stream()
                        .filter(partition -> partition.getFirst() == 1)
                        .collect(Collectors.groupingBy(List::getLast, Collectors.counting()));
        assertThat(seconds)
                .hasSize(4)
                .allSatisfy((broker, times) -> assertThat(times).isEqualTo(2));
    }

    @Test
    void topicsBeginAtDifferentBrokers() {
        Map<Integer, Integer> first = new HashMap<>();
        for (long seed = 0; seed < 400; seed++) {
            first.merge(
                    place(SampleCluster.live(4), 1, 1, seed).getFirst().getFirst(),
                    1,
                    Integer::sum);
        }
        assertThat(first).hasSize(4).allSatisfy((broker, n) -> assertThat(n).isBetween(60, 140));
    }

    @Seeded(runs = 20)
    void fencedBrokersAreLeftOut(long seed) {
        SampleCluster cluster =
                SampleCluster.of(
                        new Broker(1, Optional.empty(), false),
                        new Broker(2, Optional.empty(), true),
                        new Broker(3, Optional.empty(), false));
        assertThat(load(place(cluster, 10, 2, seed), 0, 2)).containsOnlyKeys(1, 3);
    }

    @Test
    void tenThousandPartitionsOnAHundredBrokersArePlaced() {
        assertThat(load(place(SampleCluster.racked(4, 25), 10_000, 3, 1), 0, 3))
                .hasSize(100)
                .values()
                .containsOnly(300);
    }
}
