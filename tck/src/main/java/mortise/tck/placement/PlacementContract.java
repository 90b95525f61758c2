package mortise.tck.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.random.RandomGenerator;
import mortise.api.config.Config;
import mortise.spi.Provider;
import mortise.spi.placement.Placement;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.placement.PlacementRequest;
import mortise.spi.placement.ReplicaPlacement;
import mortise.tck.plugin.PluginContract;
import mortise.tck.plugin.SideEffects;
import mortise.tck.plugin.Started;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

/** What every replica placement does, whatever it aims at. */
public interface PlacementContract extends PluginContract {
    /** The plugin; asked for once per placement that is made. */
    @Override
    PlacementProvider provider();

    @Override
    default Class<? extends Provider<?>> service() {
        return PlacementProvider.class;
    }

    @Override
    default String kind() {
        return "placement";
    }

    /** A started placement that may start no thread. */
    default ReplicaPlacement create() {
        return Started.of(
                provider()
                        .create(
                                Config.of(provider().config(), settings()),
                                context().withoutThreads()));
    }

    private String named() {
        return "placement plugin '" + provider().name() + "'";
    }

    /** On brokers that are all alike every topic that fits is placed. */
    @Test
    default void topicsThatFitArePlaced() {
        try (ReplicaPlacement placement = create()) {
            for (int brokers = 1; brokers <= 6; brokers++) {
                for (int factor = 1; factor <= brokers; factor++) {
                    SampleCluster cluster = SampleCluster.live(brokers);
                    PlacementRequest request = new PlacementRequest("orders", 0, 20, factor, 7);
                    Placement answer = placement.place(cluster, request);
                    assertThat(answer)
                            .as("what %s answers to %s on %s brokers", named(), request, brokers)
                            .isInstanceOf(Placement.Placed.class);
                    check(cluster, request, answer);
                }
            }
        }
    }

    /**
     * Every answer is one that can be carried out: as many partitions as asked for, each with as
     * many different brokers of the cluster, one of them in service; or a refusal that says why.
     */
    @Seeded(runs = 300)
    default void everyAnswerCanBeCarriedOut(RandomGenerator random) {
        try (ReplicaPlacement placement = create()) {
            SampleCluster cluster = SampleCluster.random(random);
            for (int topic = 0; topic < 5; topic++) {
                PlacementRequest request = randomRequest(random, cluster);
                Placement answer = placement.place(cluster, request);
                check(cluster, request, answer);
                if (answer instanceof Placement.Placed placed) {
                    cluster = cluster.with(placed);
                }
            }
        }
    }

    /** Equal questions have equal answers, whatever else was asked before. */
    @Seeded(runs = 100)
    default void equalQuestionsHaveEqualAnswers(RandomGenerator random) {
        SampleCluster cluster = SampleCluster.random(random);
        PlacementRequest request = randomRequest(random, cluster);
        try (ReplicaPlacement one = create();
                ReplicaPlacement other = create()) {
            Placement first = one.place(cluster, request);
            SampleCluster elsewhere = SampleCluster.random(random);
            Placement unused = one.place(elsewhere, randomRequest(random, elsewhere));
            assertThat(unused).as("what %s answers to another question", named()).isNotNull();
            assertThat(one.place(cluster, request))
                    .as("what %s answers to %s when it is asked again", named(), request)
                    .isEqualTo(first);
            assertThat(other.place(cluster, request))
                    .as("what another instance of %s answers to %s", named(), request)
                    .isEqualTo(first);
        }
    }

    /** Nothing else in the cluster changes while it thinks: no file, no connection, no wait. */
    @Test
    default void placingOnlyComputes() throws Exception {
        SampleCluster cluster = SampleCluster.live(3);
        PlacementRequest request = new PlacementRequest("orders", 0, 20, 2, 7);
        try (ReplicaPlacement placement = create()) {
            Placement loadsClasses = placement.place(cluster, request);
            assertThat(loadsClasses).as("what %s answers to %s", named(), request).isNotNull();
        }
        try (ReplicaPlacement placement = create()) {
            assertThat(SideEffects.of(() -> placement.place(cluster, request)))
                    .as("what place of %s does beside computing; read in start()", named())
                    .isEmpty();
        }
    }

    private static PlacementRequest randomRequest(RandomGenerator random, SampleCluster cluster) {
        return new PlacementRequest(
                "topic-" + random.nextInt(100),
                random.nextBoolean() ? 0 : random.nextInt(1_000),
                random.nextInt(1, 41),
                random.nextInt(1, cluster.liveCount() + 1),
                random.nextLong());
    }

    private static void check(SampleCluster cluster, PlacementRequest request, Placement answer) {
        switch (answer) {
            case Placement.Refused(String reason) ->
                    assertThat(reason).as("the reason of a refusal").isNotBlank();
            case Placement.Placed(List<List<Integer>> replicas) -> {
                assertThat(replicas)
                        .as("the partitions that are placed for %s", request)
                        .hasSize(request.partitionCount());
                assertThat(replicas)
                        .as("the replicas of each partition of %s in %s", request, cluster)
                        .allSatisfy(partition ->
                                assertThat(partition)
                                        .as("the replicas of one partition of %s", request)
                                        .hasSize(request.replicationFactor()))
                        .allMatch(cluster::allows);
            }
        }
    }
}
