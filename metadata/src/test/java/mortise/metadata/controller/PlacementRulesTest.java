package mortise.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.metadata.BrokerImage;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageDelta;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.controller.ControllerCommand.CreatePartitions;
import mortise.metadata.controller.ControllerCommand.CreateTopics;
import mortise.metadata.controller.ControllerCommand.CreatedTopic;
import mortise.metadata.controller.ControllerCommand.MorePartitions;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.metadata.controller.ControllerCommand.RegisterBroker;
import mortise.metadata.controller.ControllerCommand.UnfenceBroker;
import mortise.spi.placement.ClusterView;
import mortise.spi.placement.Placement;
import mortise.spi.placement.PlacementRequest;
import mortise.spi.placement.ReplicaPlacement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the controller makes of the answers of a placement plugin, right and wrong ones. */
class PlacementRulesTest {
    private final List<String> blamed = new ArrayList<>();
    private ClusterImage state = ClusterImage.EMPTY;

    private Controller controller(ReplicaPlacement placement) {
        Config config = Config.defaults(TestAssembly.SCHEMA);
        return new Controller(
                new BrokerConfigs(1, config, TestAssembly.STORE),
                config,
                new PlacementRules("mine", placement, (request, flaw, failure) -> blamed.add(flaw)),
                new SplittableRandom(1));
    }

    private <R> R apply(Controller controller, ControllerCommand<R> command) {
        Decision<R> decision = controller.decide(state, command);
        state = ImageDelta.replay(state, state.index() + 1, decision.records());
        return decision.reply();
    }

    /** Brokers 1 and 2 in racks r1 and r2, and broker 3 without a rack, which is fenced. */
    private void threeBrokers(Controller controller) {
        for (int id = 1; id <= 3; id++) {
            long epoch =
                    apply(
                            controller,
                            new RegisterBroker(
                                    "cluster",
                                    id,
                                    new UUID(0, id),
                                    id == 3 ? null : "r" + id,
                                    List.of(
                                            new BrokerImage.Endpoint(
                                                    "PLAINTEXT", new HostPort("host", 9092)))));
            if (id != 3) {
                apply(controller, new UnfenceBroker(id, epoch));
            }
        }
    }

    private static NewTopic topic(int partitions, int factor) {
        return new NewTopic("orders", partitions, factor, Map.of(), Map.of());
    }

    private CreatedTopic create(Controller controller, NewTopic topic) {
        return apply(controller, new CreateTopics(List.of(topic), false)).getFirst();
    }

    private static ReplicaPlacement answering(List<List<Integer>> replicas) {
        return (cluster, request) -> new Placement.Placed(replicas);
    }

    static Stream<Arguments> wrongAnswers() {
        return Stream.of(
                Arguments.of(
                        answering(List.of(List.of(1, 2))),
                        "it placed 1 partitions of 2 that were asked for"),
                Arguments.of(
                        answering(List.of(List.of(1, 2), List.of(2, 1), List.of(1, 2))),
                        "it placed 3 partitions of 2"),
                Arguments.of(
                        answering(List.of(List.of(1, 2), List.of(2))),
                        "partition 1 on brokers [2] has 1 replicas, not the 2"),
                Arguments.of(
                        answering(List.of(List.of(1, 2), List.of(2, 1, 3))),
                        "has 3 replicas, not the 2"),
                Arguments.of(
                        answering(List.of(List.of(1, 1), List.of(1, 2))), "has a broker twice"),
                Arguments.of(
                        answering(List.of(List.of(1, 2), List.of(1, 9))),
                        "has broker 9, which is not registered"),
                Arguments.of(failing(new IllegalStateException("no idea")), "no idea"),
                Arguments.of(failing(new AbstractMethodError("place")), "AbstractMethodError"),
                Arguments.of(failing(new StackOverflowError()), "StackOverflowError"),
                Arguments.of(silent(), "it answered null"));
    }

    private static ReplicaPlacement failing(Throwable failure) {
        return (cluster, request) -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        };
    }

    @SuppressWarnings("NullAway") // a plugin may be compiled without our checks
    private static ReplicaPlacement silent() {
        return (cluster, request) -> null;
    }

    @ParameterizedTest
    @MethodSource("wrongAnswers")
    void whatCannotBeCarriedOutIsRefusedWithThePluginsName(
            ReplicaPlacement placement, String reason) {
        Controller controller = controller(placement);
        threeBrokers(controller);

        CreatedTopic refused = create(controller, topic(2, 2));

        assertThat(refused.verdict().error()).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(refused.verdict().message())
                .contains("placement plugin 'mine'", "topic 'orders'", reason, "plugins.placement");
        assertThat(state.topicCount()).isZero();
        assertThat(blamed).hasSize(1);
    }

    @Test
    void aPartitionWithoutALiveBrokerIsRefused() {
        Controller controller = controller(answering(List.of(List.of(3))));
        threeBrokers(controller);
        assertThat(create(controller, topic(1, 1)).verdict().message())
                .contains("partition 0 on brokers [3] has no broker that is live");
    }

    @Test
    void aFencedBrokerMayHoldAReplicaButDoesNotLead() {
        Controller controller = controller(answering(List.of(List.of(3, 2))));
        threeBrokers(controller);

        assertThat(create(controller, topic(1, 2)).verdict().accepted()).isTrue();
        assertThat(state.topic("orders"))
                .satisfies(topic -> {
                    assertThat(topic).isNotNull();
                    assertThat(topic.partitions().getFirst().replicas()).containsExactly(3, 2);
                    assertThat(topic.partitions().getFirst().leader()).isEqualTo(2);
                });
    }

    @Test
    void aRefusalIsPassedOnWithThePluginsName() {
        Controller controller =
                controller((cluster, request) -> new Placement.Refused("No rack has room"));
        threeBrokers(controller);

        CreatedTopic refused = create(controller, topic(1, 1));

        assertThat(refused.verdict().error()).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(refused.verdict().message())
                .isEqualTo("No rack has room (placement plugin 'mine')");
        assertThat(blamed).as("a refusal is no fault").isEmpty();
    }

    @Test
    void aRefusedTopicLeavesTheOthersOfItsRequestAlone() {
        Controller controller =
                controller((cluster, request) ->
                        request.topic().equals("orders")
                                ? new Placement.Placed(List.of())
                                : new Placement.Placed(List.of(List.of(1))));
        threeBrokers(controller);

        List<CreatedTopic> created =
                apply(
                        controller,
                        new CreateTopics(
                                List.of(
                                        topic(1, 1),
                                        new NewTopic("bills", 1, 1, Map.of(), Map.of())),
                                false));

        assertThat(created)
                .extracting(topic -> topic.verdict().accepted())
                .containsExactly(false, true);
        assertThat(state.topic("bills")).isNotNull();
        assertThat(state.topic("orders")).isNull();
    }

    @Test
    void thePluginSeesTheClusterAndWhatItHolds() {
        List<PlacementRequest> asked = new ArrayList<>();
        List<ClusterView> seen = new ArrayList<>();
        Controller controller =
                controller((cluster, request) -> {
                    asked.add(request);
                    seen.add(cluster);
                    List<List<Integer>> replicas = new ArrayList<>();
                    for (int i = 0; i < request.partitionCount(); i++) {
                        replicas.add(List.of(1, 2));
                    }
                    return new Placement.Placed(replicas);
                });
        threeBrokers(controller);
        create(controller, topic(2, 2));
        apply(
                controller,
                new CreatePartitions(List.of(new MorePartitions("orders", 5, null)), false));

        assertThat(seen.getFirst().brokers())
                .containsExactly(
                        new ClusterView.Broker(1, Optional.of("r1"), false),
                        new ClusterView.Broker(2, Optional.of("r2"), false),
                        new ClusterView.Broker(3, Optional.empty(), true));
        assertThat(seen.getFirst().replicaCount(1)).isZero();
        assertThat(seen.getLast().replicaCount(1)).isEqualTo(2);
        assertThat(seen.getLast().replicaCount(2)).isEqualTo(2);
        assertThat(seen.getLast().leaderCount(1)).isEqualTo(2);
        assertThat(seen.getLast().leaderCount(2)).isZero();
        assertThat(seen.getLast().replicaCount(77)).isZero();
        PlacementRequest grown = asked.getLast();
        assertThat(grown.firstPartition()).isEqualTo(2);
        assertThat(grown.partitionCount()).isEqualTo(3);
        assertThat(grown.replicationFactor()).isEqualTo(2);
        assertThat(grown.seed()).isNotEqualTo(asked.getFirst().seed());
    }
}
