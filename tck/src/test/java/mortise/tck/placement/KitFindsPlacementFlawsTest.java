package mortise.tck.placement;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.placement.ClusterView;
import mortise.spi.placement.ClusterView.Broker;
import mortise.spi.placement.Placement;
import mortise.spi.placement.PlacementProvider;
import mortise.spi.placement.PlacementRequest;
import mortise.spi.placement.ReplicaPlacement;
import org.junit.jupiter.api.Test;

/** A kit that cannot fail proves nothing: placements with a flaw are found out. */
@SuppressWarnings("JUnitMethodInvoked") // the tests of the kit are what is tested
class KitFindsPlacementFlawsTest {
    private static final int SEEDS = 50;

    private record Sample(Supplier<ReplicaPlacement> made) implements PlacementProvider {
        @Override
        public String name() {
            return "sample";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public ReplicaPlacement create(Config config, PluginContext context) {
            return made.get();
        }
    }

    private static PlacementContract kit(ReplicaPlacement placement) {
        return () -> new Sample(() -> placement);
    }

    private static Placement first(ClusterView cluster, PlacementRequest request, int more) {
        List<Integer> live =
                cluster.brokers().stream()
                        .filter(broker -> !broker.fenced())
                        .map(Broker::id)
                        .limit(request.replicationFactor())
                        .toList();
        List<List<Integer>> replicas = new ArrayList<>();
        for (int i = 0; i < request.partitionCount() + more; i++) {
            replicas.add(live);
        }
        return new Placement.Placed(replicas);
    }

    private static void carriedOut(ReplicaPlacement placement) {
        for (long seed = 0; seed < SEEDS; seed++) {
            kit(placement).everyAnswerCanBeCarriedOut(new Random(seed));
        }
    }

    private static void found(ReplicaPlacement placement) {
        assertThatThrownBy(() -> carriedOut(placement)).isInstanceOf(AssertionError.class);
    }

    @Test
    void aSoundOnePasses() {
        ReplicaPlacement sound = (cluster, request) -> first(cluster, request, 0);
        assertThatCode(
                        () -> {
                            carriedOut(sound);
                            kit(sound).itsNameIsLowerCaseWithDashes();
                            kit(sound).topicsThatFitArePlaced();
                            kit(sound).placingOnlyComputes();
                            kit(sound).equalQuestionsHaveEqualAnswers(new Random(1));
                        })
                .doesNotThrowAnyException();
    }

    @Test
    void aFileThatIsLookedAtIsFound() {
        PlacementContract looking =
                kit((cluster, request) ->
                        first(cluster, request, Files.exists(Path.of("/racks")) ? 1 : 0));
        assertThatThrownBy(looking::placingOnlyComputes)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("what place of placement plugin 'sample' does")
                .hasMessageContaining("calls java.nio.file.Files.exists");
    }

    @Test
    void aPartitionTooManyIsFound() {
        found((cluster, request) -> first(cluster, request, 1));
    }

    @Test
    void aRefusalWithoutAReasonIsFound() {
        found((cluster, request) -> new Placement.Refused(" "));
    }

    @Test
    void oneThatPlacesNothingIsFound() {
        assertThatThrownBy(() ->
                        kit((cluster, request) -> new Placement.Refused("not today"))
                                .topicsThatFitArePlaced())
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void partitionsThatOnlyFencedBrokersHoldAreFound() {
        found((cluster, request) -> {
            List<Integer> fencedFirst =
                    cluster.brokers().stream()
                            .sorted((a, b) -> Boolean.compare(b.fenced(), a.fenced()))
                            .map(Broker::id)
                            .limit(request.replicationFactor())
                            .toList();
            return new Placement.Placed(Collections.nCopies(request.partitionCount(), fencedFirst));
        });
    }

    @Test
    void aBrokerThatIsNotThereIsFound() {
        found((cluster, request) -> {
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < request.replicationFactor(); i++) {
                numbers.add(i);
            }
            return new Placement.Placed(Collections.nCopies(request.partitionCount(), numbers));
        });
    }

    @Test
    void aMemoryOfEarlierQuestionsIsFound() {
        assertThatThrownBy(
                        () -> {
                            for (long seed = 0; seed < SEEDS; seed++) {
                                int[] asked = {0};
                                kit(
                                                (cluster, request) -> {
                                                    asked[0]++;
                                                    int size = cluster.brokers().size();
                                                    int turn = asked[0] % size;
                                                    List<Integer> ids =
                                                            cluster.brokers().stream()
                                                                    .map(Broker::id)
                                                                    .toList();
                                                    return new Placement.Placed(
                                                            List.of(List.of(ids.get(turn))));
                                                })
                                        .equalQuestionsHaveEqualAnswers(new Random(seed));
                            }
                        })
                .isInstanceOf(AssertionError.class);
    }
}
