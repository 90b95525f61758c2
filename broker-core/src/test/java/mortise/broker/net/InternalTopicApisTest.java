package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import mortise.api.ErrorCode;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.consensus.raft.RaftProvider;
import mortise.storage.memory.MemoryStorageProvider;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.AlterConfigsRequest;
import mortise.wire.message.AlterConfigsResponse;
import mortise.wire.message.AlterReplicaLogDirsRequest;
import mortise.wire.message.AlterReplicaLogDirsResponse;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.ApiVersionsResponse;
import mortise.wire.message.CreatePartitionsRequest;
import mortise.wire.message.CreatePartitionsResponse;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.DeleteRecordsRequest;
import mortise.wire.message.DeleteRecordsResponse;
import mortise.wire.message.DeleteTopicsRequest;
import mortise.wire.message.DeleteTopicsResponse;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.DescribeConfigsResponse;
import mortise.wire.message.DescribeLogDirsRequest;
import mortise.wire.message.DescribeLogDirsResponse;
import mortise.wire.message.DescribeTopicPartitionsRequest;
import mortise.wire.message.DescribeTopicPartitionsResponse;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.FindCoordinatorRequest;
import mortise.wire.message.IncrementalAlterConfigsRequest;
import mortise.wire.message.IncrementalAlterConfigsResponse;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsResponse;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.OffsetCommitRequest;
import mortise.wire.message.OffsetCommitResponse;
import mortise.wire.message.OffsetDeleteRequest;
import mortise.wire.message.OffsetDeleteResponse;
import mortise.wire.message.OffsetFetchRequest;
import mortise.wire.message.OffsetFetchResponse;
import mortise.wire.message.OffsetForLeaderEpochRequest;
import mortise.wire.message.OffsetForLeaderEpochResponse;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each API that names topics answers for the brokers' own. */
class InternalTopicApisTest {
    private static final int NONE = ErrorCode.NONE.code();
    private static final int UNKNOWN = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code();
    private static final int INVALID_TOPIC = ErrorCode.INVALID_TOPIC_EXCEPTION.code();
    private static final String RESERVED = "__cluster_metadata";

    /** APIs that name no topic, or whose answer says nothing of the topics that they name. */
    private static final Set<ApiKey> WITHOUT_TOPICS =
            Set.of(
                    ApiKey.API_VERSIONS,
                    ApiKey.FIND_COORDINATOR,
                    ApiKey.JOIN_GROUP,
                    ApiKey.SYNC_GROUP,
                    ApiKey.HEARTBEAT,
                    ApiKey.LEAVE_GROUP,
                    ApiKey.DESCRIBE_GROUPS,
                    ApiKey.LIST_GROUPS,
                    ApiKey.DELETE_GROUPS,
                    ApiKey.CONSUMER_GROUP_HEARTBEAT,
                    ApiKey.CONSUMER_GROUP_DESCRIBE,
                    ApiKey.INIT_PRODUCER_ID,
                    ApiKey.DESCRIBE_CLUSTER,
                    ApiKey.LIST_CONFIG_RESOURCES);

    @TempDir private Path directory;

    /**
     * An API, asked for one topic.
     *
     * @param ofInternal the error code for an internal topic that exists
     */
    private record Row<A extends ApiMessage>(
            int version,
            Function<String, ApiMessage> request,
            Class<A> type,
            ToIntFunction<A> error,
            int ofInternal) {
        int ask(RawClient client, ApiKey api, String name) {
            client.send(RawClient.frame(api, version, 1, request.apply(name)));
            return error.applyAsInt(client.receive(api, version, type));
        }
    }

    private static Row<CreateTopicsResponse> creation() {
        return new Row<>(
                5,
                name ->
                        new CreateTopicsRequest()
                                .timeoutMs(60_000)
                                .topics(
                                        List.of(
                                                new CreateTopicsRequest.CreatableTopic()
                                                        .name(name)
                                                        .numPartitions(1)
                                                        .replicationFactor((short) 1))),
                CreateTopicsResponse.class,
                answer -> answer.topics().getFirst().errorCode(),
                NONE);
    }

    /** In the order in which they are asked: the topic goes last. */
    private static Map<ApiKey, Row<?>> rows() {
        Map<ApiKey, Row<?>> rows = new LinkedHashMap<>();
        rows.put(ApiKey.CREATE_TOPICS, creation());
        rows.put(
                ApiKey.FETCH,
                new Row<>(
                        12,
                        name ->
                                new FetchRequest()
                                        .replicaId(-1)
                                        .maxBytes(1 << 20)
                                        .sessionEpoch(-1)
                                        .topics(
                                                List.of(
                                                        new FetchRequest.FetchTopic()
                                                                .topic(name)
                                                                .partitions(
                                                                        List.of(
                                                                                new FetchRequest
                                                                                                .FetchPartition()
                                                                                        .partition(
                                                                                                0)
                                                                                        .partitionMaxBytes(
                                                                                                1
                                                                                                        << 20))))),
                        FetchResponse.class,
                        answer -> answer.responses().getFirst().partitions().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.LIST_OFFSETS,
                new Row<>(
                        7,
                        name ->
                                new ListOffsetsRequest()
                                        .replicaId(-1)
                                        .topics(
                                                List.of(
                                                        new ListOffsetsRequest.ListOffsetsTopic()
                                                                .name(name)
                                                                .partitions(
                                                                        List.of(
                                                                                new ListOffsetsRequest
                                                                                                .ListOffsetsPartition()
                                                                                        .partitionIndex(
                                                                                                0)
                                                                                        .timestamp(
                                                                                                -1))))),
                        ListOffsetsResponse.class,
                        answer -> answer.topics().getFirst().partitions().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.OFFSET_FOR_LEADER_EPOCH,
                new Row<>(
                        4,
                        name ->
                                new OffsetForLeaderEpochRequest()
                                        .replicaId(-1)
                                        .topics(
                                                List.of(
                                                        new OffsetForLeaderEpochRequest
                                                                        .OffsetForLeaderTopic()
                                                                .topic(name)
                                                                .partitions(
                                                                        List.of(
                                                                                new OffsetForLeaderEpochRequest
                                                                                                .OffsetForLeaderPartition()
                                                                                        .partition(
                                                                                                0)
                                                                                        .leaderEpoch(
                                                                                                0))))),
                        OffsetForLeaderEpochResponse.class,
                        answer -> answer.topics().getFirst().partitions().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.METADATA,
                new Row<>(
                        9,
                        name ->
                                new MetadataRequest()
                                        .topics(
                                                List.of(
                                                        new MetadataRequest.MetadataRequestTopic()
                                                                .name(name))),
                        MetadataResponse.class,
                        answer -> answer.topics().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                new Row<>(
                        0,
                        name ->
                                new DescribeTopicPartitionsRequest()
                                        .topics(
                                                List.of(
                                                        new DescribeTopicPartitionsRequest
                                                                        .TopicRequest()
                                                                .name(name))),
                        DescribeTopicPartitionsResponse.class,
                        answer -> answer.topics().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.DESCRIBE_CONFIGS,
                new Row<>(
                        4,
                        name ->
                                new DescribeConfigsRequest()
                                        .resources(
                                                List.of(
                                                        new DescribeConfigsRequest
                                                                        .DescribeConfigsResource()
                                                                .resourceType((byte) 2)
                                                                .resourceName(name)
                                                                .configurationKeys(null))),
                        DescribeConfigsResponse.class,
                        answer -> answer.results().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.ALTER_CONFIGS,
                new Row<>(
                        2,
                        name ->
                                new AlterConfigsRequest()
                                        .validateOnly(true)
                                        .resources(
                                                List.of(
                                                        new AlterConfigsRequest
                                                                        .AlterConfigsResource()
                                                                .resourceType((byte) 2)
                                                                .resourceName(name))),
                        AlterConfigsResponse.class,
                        answer -> answer.responses().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                new Row<>(
                        1,
                        name ->
                                new IncrementalAlterConfigsRequest()
                                        .validateOnly(true)
                                        .resources(
                                                List.of(
                                                        new IncrementalAlterConfigsRequest
                                                                        .AlterConfigsResource()
                                                                .resourceType((byte) 2)
                                                                .resourceName(name))),
                        IncrementalAlterConfigsResponse.class,
                        answer -> answer.responses().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.CREATE_PARTITIONS,
                new Row<>(
                        2,
                        name ->
                                new CreatePartitionsRequest()
                                        .timeoutMs(60_000)
                                        .validateOnly(true)
                                        .topics(
                                                List.of(
                                                        new CreatePartitionsRequest
                                                                        .CreatePartitionsTopic()
                                                                .name(name)
                                                                .count(2)
                                                                .assignments(null))),
                        CreatePartitionsResponse.class,
                        answer -> answer.results().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.DELETE_RECORDS,
                new Row<>(
                        2,
                        name ->
                                new DeleteRecordsRequest()
                                        .timeoutMs(60_000)
                                        .topics(
                                                List.of(
                                                        new DeleteRecordsRequest
                                                                        .DeleteRecordsTopic()
                                                                .name(name)
                                                                .partitions(
                                                                        List.of(
                                                                                new DeleteRecordsRequest
                                                                                                .DeleteRecordsPartition()
                                                                                        .partitionIndex(
                                                                                                0)
                                                                                        .offset(
                                                                                                -1))))),
                        DeleteRecordsResponse.class,
                        answer -> answer.topics().getFirst().partitions().getFirst().errorCode(),
                        INVALID_TOPIC));
        rows.put(
                ApiKey.PRODUCE,
                new Row<>(
                        8,
                        name ->
                                new ProduceRequest()
                                        .acks((short) 1)
                                        .timeoutMs(1_000)
                                        .topicData(
                                                List.of(
                                                        new ProduceRequest.TopicProduceData()
                                                                .name(name)
                                                                .partitionData(
                                                                        List.of(
                                                                                new ProduceRequest
                                                                                                .PartitionProduceData()
                                                                                        .index(0)
                                                                                        .records(
                                                                                                null))))),
                        ProduceResponse.class,
                        answer ->
                                answer.responses()
                                        .getFirst()
                                        .partitionResponses()
                                        .getFirst()
                                        .errorCode(),
                        INVALID_TOPIC));
        rows.put(
                ApiKey.ALTER_REPLICA_LOG_DIRS,
                new Row<>(
                        2,
                        name ->
                                new AlterReplicaLogDirsRequest()
                                        .dirs(
                                                List.of(
                                                        new AlterReplicaLogDirsRequest
                                                                        .AlterReplicaLogDir()
                                                                .path("memory")
                                                                .topics(
                                                                        List.of(
                                                                                new AlterReplicaLogDirsRequest
                                                                                                .AlterReplicaLogDirTopic()
                                                                                        .name(name)
                                                                                        .partitions(
                                                                                                List
                                                                                                        .of(
                                                                                                                0)))))),
                        AlterReplicaLogDirsResponse.class,
                        answer -> answer.results().getFirst().partitions().getFirst().errorCode(),
                        NONE));
        rows.put(
                ApiKey.DESCRIBE_LOG_DIRS,
                new Row<>(
                        4,
                        name ->
                                new DescribeLogDirsRequest()
                                        .topics(
                                                List.of(
                                                        new DescribeLogDirsRequest
                                                                        .DescribableLogDirTopic()
                                                                .topic(name)
                                                                .partitions(List.of(0)))),
                        DescribeLogDirsResponse.class,
                        answer ->
                                answer.results().stream()
                                                .allMatch(directory -> directory.topics().isEmpty())
                                        ? UNKNOWN
                                        : NONE,
                        NONE));
        rows.put(ApiKey.OFFSET_COMMIT, commit());
        rows.put(ApiKey.OFFSET_FETCH, committed());
        rows.put(ApiKey.OFFSET_DELETE, deletionOfOffsets());
        rows.put(
                ApiKey.DELETE_TOPICS,
                new Row<>(
                        5,
                        name ->
                                new DeleteTopicsRequest()
                                        .timeoutMs(60_000)
                                        .topicNames(List.of(name)),
                        DeleteTopicsResponse.class,
                        answer -> answer.responses().getFirst().errorCode(),
                        NONE));
        return rows;
    }

    private static Row<OffsetCommitResponse> commit() {
        return new Row<>(
                9,
                name ->
                        new OffsetCommitRequest()
                                .groupId("g")
                                .topics(
                                        List.of(
                                                new OffsetCommitRequest.OffsetCommitRequestTopic()
                                                        .name(name)
                                                        .partitions(
                                                                List.of(
                                                                        new OffsetCommitRequest
                                                                                .OffsetCommitRequestPartition())))),
                OffsetCommitResponse.class,
                answer -> answer.topics().getFirst().partitions().getFirst().errorCode(),
                NONE);
    }

    /** Of what there is none of nothing is committed. */
    private static Row<OffsetFetchResponse> committed() {
        return new Row<>(
                7,
                name ->
                        new OffsetFetchRequest()
                                .groupId("g")
                                .topics(
                                        List.of(
                                                new OffsetFetchRequest.OffsetFetchRequestTopic()
                                                        .name(name)
                                                        .partitionIndexes(List.of(0)))),
                OffsetFetchResponse.class,
                answer ->
                        answer.topics().getFirst().partitions().getFirst().committedOffset() < 0
                                ? UNKNOWN
                                : NONE,
                NONE);
    }

    private static Row<OffsetDeleteResponse> deletionOfOffsets() {
        return new Row<>(
                0,
                name ->
                        new OffsetDeleteRequest()
                                .groupId("g")
                                .topics(
                                        List.of(
                                                new OffsetDeleteRequest.OffsetDeleteRequestTopic()
                                                        .name(name)
                                                        .partitions(
                                                                List.of(
                                                                        new OffsetDeleteRequest
                                                                                .OffsetDeleteRequestPartition())))),
                OffsetDeleteResponse.class,
                answer -> answer.topics().getFirst().partitions().getFirst().errorCode(),
                NONE);
    }

    /** Has the topic of groups made, unless it is the one that the rows are about. */
    private static void findCoordinator(RawClient client, String name) {
        if (!name.equals("__consumer_offsets")) {
            client.send(
                    RawClient.frame(
                            ApiKey.FIND_COORDINATOR, 3, 1, new FindCoordinatorRequest().key("g")));
            client.receive();
        }
    }

    @Test
    void everyServedApiAnswersAsTheTableSays() {
        try (Broker broker =
                        new BrokerBuilder()
                                .plugin(new MemoryStorageProvider())
                                .plugin(new RaftProvider())
                                .set("plugins.storage", "memory")
                                .set("consensus.raft.storage", "memory")
                                .set("data.directory", directory.toString())
                                .set("listeners", "127.0.0.1:0")
                                .start();
                RawClient client =
                        RawClient.connect(
                                broker.status().listeners().values().iterator().next().port())) {
            Set<ApiKey> served = served(client);
            Map<ApiKey, Row<?>> rows = rows();
            assertThat(served)
                    .as("an API that names topics has a row, others are listed as such")
                    .containsAll(WITHOUT_TOPICS)
                    .filteredOn(api -> !WITHOUT_TOPICS.contains(api))
                    .containsExactlyInAnyOrderElementsOf(rows.keySet());
            for (String name :
                    List.of("__consumer_offsets", "__transaction_state", "__share_group_state")) {
                findCoordinator(client, name);
                rows.forEach((api, row) ->
                        assertThat(row.ask(client, api, name))
                                .as("%s of %s", api, name)
                                .isEqualTo(row.ofInternal()));
            }
            rows.forEach((api, row) ->
                    assertThat(row.ask(client, api, RESERVED))
                            .as("%s of %s", api, RESERVED)
                            .isEqualTo(
                                    api == ApiKey.CREATE_TOPICS
                                            ? ErrorCode.INVALID_REQUEST.code()
                                            : UNKNOWN));
        }
    }

    private static Set<ApiKey> served(RawClient client) {
        client.send(
                RawClient.frame(
                        ApiKey.API_VERSIONS,
                        3,
                        1,
                        new ApiVersionsRequest()
                                .clientSoftwareName("r")
                                .clientSoftwareVersion("1")));
        return client.receive(ApiKey.API_VERSIONS, 3, ApiVersionsResponse.class).apiKeys().stream()
                .map(api -> ApiKey.find(api.apiKey()))
                .collect(Collectors.toSet());
    }
}
