package mortise.broker.net;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import mortise.broker.net.RepetitiveRequestsTest.Row;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.ConsumerGroupDescribeRequest;
import mortise.wire.message.ConsumerGroupHeartbeatRequest;
import mortise.wire.message.DeleteGroupsRequest;
import mortise.wire.message.DescribeGroupsRequest;
import mortise.wire.message.FindCoordinatorRequest;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.JoinGroupRequest;
import mortise.wire.message.LeaveGroupRequest;
import mortise.wire.message.ListGroupsRequest;
import mortise.wire.message.OffsetCommitRequest;
import mortise.wire.message.OffsetDeleteRequest;
import mortise.wire.message.OffsetFetchRequest;
import mortise.wire.message.SyncGroupRequest;

/** The most repetitive requests about groups. */
final class RepetitiveGroupRequests {
    private final String topic;
    private final UUID topicId;
    private final int times;

    private RepetitiveGroupRequests(String topic, UUID topicId, int times) {
        this.topic = topic;
        this.topicId = topicId;
        this.times = times;
    }

    static Map<ApiKey, Row> rows(String topic, UUID topicId, int times) {
        return new RepetitiveGroupRequests(topic, topicId, times).rows();
    }

    /** Asked first, so that the others find a coordinator. */
    static byte[] findCoordinator() {
        return RawClient.frame(
                ApiKey.FIND_COORDINATOR, 3, 1, new FindCoordinatorRequest().key("g"));
    }

    private Map<ApiKey, Row> rows() {
        Map<ApiKey, Row> rows = new EnumMap<>(ApiKey.class);
        rows.put(
                ApiKey.FIND_COORDINATOR,
                version ->
                        version < 4
                                ? new FindCoordinatorRequest().key("g")
                                : new FindCoordinatorRequest().coordinatorKeys(many("g")));
        rows.put(ApiKey.JOIN_GROUP, this::join);
        rows.put(
                ApiKey.SYNC_GROUP,
                version ->
                        new SyncGroupRequest()
                                .groupId("g")
                                .memberId("m")
                                .assignments(
                                        many(
                                                new SyncGroupRequest.SyncGroupRequestAssignment()
                                                        .memberId("m"))));
        rows.put(ApiKey.HEARTBEAT, version -> new HeartbeatRequest().groupId("g").memberId("m"));
        rows.put(
                ApiKey.LEAVE_GROUP,
                version ->
                        version < 3
                                ? new LeaveGroupRequest().groupId("s").memberId("m")
                                : new LeaveGroupRequest()
                                        .groupId("s")
                                        .members(
                                                many(
                                                        new LeaveGroupRequest.MemberIdentity()
                                                                .memberId("m"))));
        rows.put(ApiKey.OFFSET_COMMIT, this::commit);
        rows.put(ApiKey.OFFSET_FETCH, this::fetch);
        rows.put(
                ApiKey.OFFSET_DELETE,
                version ->
                        new OffsetDeleteRequest()
                                .groupId("s")
                                .topics(
                                        many(
                                                new OffsetDeleteRequest.OffsetDeleteRequestTopic()
                                                        .name(topic)
                                                        .partitions(
                                                                List.of(
                                                                        new OffsetDeleteRequest
                                                                                .OffsetDeleteRequestPartition())))));
        rows.put(ApiKey.DESCRIBE_GROUPS, version -> new DescribeGroupsRequest().groups(many("g")));
        rows.put(ApiKey.LIST_GROUPS, this::list);
        rows.put(ApiKey.DELETE_GROUPS, version -> new DeleteGroupsRequest().groupsNames(many("n")));
        rows.put(
                ApiKey.CONSUMER_GROUP_HEARTBEAT,
                version ->
                        new ConsumerGroupHeartbeatRequest()
                                .groupId("c")
                                .memberId("m")
                                .rebalanceTimeoutMs(1_000)
                                .topicPartitions(List.of())
                                .subscribedTopicNames(many(topic)));
        rows.put(
                ApiKey.CONSUMER_GROUP_DESCRIBE,
                version -> new ConsumerGroupDescribeRequest().groupIds(many("c")));
        return rows;
    }

    private <T> List<T> many(T one) {
        return Collections.nCopies(times, one);
    }

    private ApiMessage join(short version) {
        return new JoinGroupRequest()
                .groupId("g" + version)
                .sessionTimeoutMs(10_000)
                .rebalanceTimeoutMs(version == 0 ? -1 : 10_000)
                .protocolType("consumer")
                .protocols(many(new JoinGroupRequest.JoinGroupRequestProtocol().name("range")));
    }

    private ApiMessage commit(short version) {
        OffsetCommitRequest.OffsetCommitRequestTopic one =
                new OffsetCommitRequest.OffsetCommitRequestTopic()
                        .partitions(
                                List.of(new OffsetCommitRequest.OffsetCommitRequestPartition()));
        return new OffsetCommitRequest()
                .groupId("s")
                .topics(many(version < 10 ? one.name(topic) : one.topicId(topicId)));
    }

    private ApiMessage fetch(short version) {
        if (version < 8) {
            return new OffsetFetchRequest()
                    .groupId("s")
                    .topics(
                            many(
                                    new OffsetFetchRequest.OffsetFetchRequestTopic()
                                            .name(topic)
                                            .partitionIndexes(List.of(0))));
        }
        OffsetFetchRequest.OffsetFetchRequestTopics one =
                new OffsetFetchRequest.OffsetFetchRequestTopics().partitionIndexes(List.of(0));
        return new OffsetFetchRequest()
                .groups(
                        List.of(
                                new OffsetFetchRequest.OffsetFetchRequestGroup()
                                        .groupId("s")
                                        .topics(
                                                many(
                                                        version < 10
                                                                ? one.name(topic)
                                                                : one.topicId(topicId)))));
    }

    private ApiMessage list(short version) {
        ListGroupsRequest request = new ListGroupsRequest();
        if (version >= 4) {
            request.statesFilter(many("Stable"));
        }
        return version < 5 ? request : request.typesFilter(many("classic"));
    }
}
