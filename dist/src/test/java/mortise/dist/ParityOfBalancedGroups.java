package mortise.dist;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import mortise.wire.ApiKey;
import mortise.wire.message.ConsumerGroupDescribeRequest;
import mortise.wire.message.ConsumerGroupHeartbeatRequest;
import mortise.wire.message.ConsumerGroupHeartbeatRequest.TopicPartitions;

/** Requests of members of groups that the broker balances, and about them. */
final class ParityOfBalancedGroups {
    private static final String TOPIC = "balanced";
    private static final short VERSION = 0;

    private final Parity parity;

    ParityOfBalancedGroups(Parity parity) {
        this.parity = parity;
    }

    void heartbeat() {
        parity.createTopic(TOPIC, 2, Map.of());
        beating("without a group", request -> request.groupId(""));
        beating("without a rebalance timeout", request -> request.rebalanceTimeoutMs(-1));
        beating("without topics", request -> request.subscribedTopicNames(null));
        beating("without partitions", request -> request.topicPartitions(null));
        beating("of an unknown assignor", request -> request.serverAssignor("mine"));
        beating("with an empty instance", request -> request.instanceId(""));
        beating("with an empty rack", request -> request.rackId(""));
        beating("of no group", request -> request.groupId("none").memberEpoch(3));
        beating("leaving no group", request -> request.groupId("none").memberEpoch(-1));
        beating("away without an instance", request -> request.memberEpoch(-2));
        beating("in an impossible epoch", request -> request.memberEpoch(-3));
        beating("without an ID", request -> request.memberId("").memberEpoch(1));
        beating("joining", request -> {});
        beating("joining again", request -> {});
        beating("of a stranger", request -> request.memberId("stranger").memberEpoch(1));
        beating("in an epoch too high", request -> request.memberEpoch(9));
        parity.inVersions(
                ApiKey.CONSUMER_GROUP_HEARTBEAT,
                "with what it has",
                VERSION,
                VERSION,
                (side, version) ->
                        beat().memberEpoch(1)
                                .topicPartitions(
                                        List.of(
                                                new TopicPartitions()
                                                        .topicId(side.topicId(TOPIC))
                                                        .partitions(List.of(0, 1)))));
        quick("that says nothing new", 2);
        describing("a stable group", "balance");
        beating(
                "a second member",
                request -> request.memberId("second").rackId("r").serverAssignor("range"));
        quick("when another has come", 2);
        parity.inVersions(
                ApiKey.CONSUMER_GROUP_HEARTBEAT,
                "with what is left",
                VERSION,
                VERSION,
                (side, version) ->
                        beat().memberEpoch(1)
                                .rebalanceTimeoutMs(-1)
                                .subscribedTopicNames(null)
                                .topicPartitions(
                                        List.of(
                                                new TopicPartitions()
                                                        .topicId(side.topicId(TOPIC))
                                                        .partitions(List.of(0)))));
        beating(
                "the second again",
                request ->
                        request.memberId("second")
                                .memberEpoch(3)
                                .rebalanceTimeoutMs(-1)
                                .subscribedTopicNames(null)
                                .topicPartitions(null));
        beating("leaving", request -> request.memberEpoch(-1));
        beating("leaving again", request -> request.memberEpoch(-1));
        describing("a group that one has left", "balance");
        beating("static", request -> request.groupId("s").instanceId("i"));
        beating("static elsewhere", request -> request.groupId("s").instanceId("i").memberId("n"));
        beating("static, away", request -> request.groupId("s").instanceId("i").memberEpoch(-2));
        describing("a group whose member is away", "s");
        beating(
                "static, back under another ID",
                request -> request.groupId("s").instanceId("i").memberId("n"));
        beating(
                "static, the one before",
                request -> request.groupId("s").instanceId("i").memberEpoch(2));
        describing("a group whose member is back", "s");
        describing("no group", "none");
        describing("a classic group", "static-5");
    }

    private static ConsumerGroupHeartbeatRequest beat() {
        return new ConsumerGroupHeartbeatRequest()
                .groupId("balance")
                .memberId("first")
                .rebalanceTimeoutMs(60_000)
                .subscribedTopicNames(List.of(TOPIC))
                .topicPartitions(List.of());
    }

    private void beating(String name, Consumer<ConsumerGroupHeartbeatRequest> change) {
        parity.inVersions(
                ApiKey.CONSUMER_GROUP_HEARTBEAT,
                name,
                VERSION,
                VERSION,
                (side, version) -> {
                    ConsumerGroupHeartbeatRequest request = beat();
                    change.accept(request);
                    return request;
                });
    }

    private void quick(String name, int epoch) {
        beating(
                name,
                request ->
                        request.memberEpoch(epoch)
                                .rebalanceTimeoutMs(-1)
                                .subscribedTopicNames(null)
                                .topicPartitions(null));
    }

    private void describing(String name, String group) {
        parity.everyVersion(
                ApiKey.CONSUMER_GROUP_DESCRIBE,
                name,
                (side, version) ->
                        new ConsumerGroupDescribeRequest()
                                .groupIds(List.of(group))
                                .includeAuthorizedOperations(true));
    }
}
