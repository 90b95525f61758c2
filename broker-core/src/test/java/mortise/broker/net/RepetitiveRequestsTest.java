package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.consensus.raft.RaftProvider;
import mortise.storage.memory.MemoryStorageProvider;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.AlterConfigsRequest;
import mortise.wire.message.AlterReplicaLogDirsRequest;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.ApiVersionsResponse;
import mortise.wire.message.CreatePartitionsRequest;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.DeleteRecordsRequest;
import mortise.wire.message.DeleteTopicsRequest;
import mortise.wire.message.DescribeClusterRequest;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.DescribeLogDirsRequest;
import mortise.wire.message.DescribeTopicPartitionsRequest;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.IncrementalAlterConfigsRequest;
import mortise.wire.message.InitProducerIdRequest;
import mortise.wire.message.ListConfigResourcesRequest;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.OffsetForLeaderEpochRequest;
import mortise.wire.message.ProduceRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every API and version that is served, asked for one thing again and again in one request: each
 * resource is answered once, and neither the answer nor the memory nor the work of the event loop
 * grow beyond what the request's own size explains.
 */
class RepetitiveRequestsTest {
    private static final int TIMES = 20_000;
    private static final String TOPIC = "t";

    /** More partitions than fit into a small answer, so that repeating them would be seen. */
    private static final int PARTITIONS = 500;

    /** What one resource may take, however often it is named. */
    private static final int ONCE_BYTES = 64 << 10;

    /** Where each mention is refused by itself: bytes of answer for a byte of request. */
    private static final int REFUSALS = 8;

    /** Decoding: bytes of objects for a byte of request, on the event loop. */
    private static final long LOOP_FACTOR = 80;

    /** Everything, on all threads. */
    private static final long TOTAL_FACTOR = 250;

    private static final long FIXED_BYTES = 8 << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir private static Path directory;

    private static Broker broker;
    private static int port;
    private static UUID topicId;

    /** The most repetitive request of a version. */
    interface Row {
        ApiMessage request(short version);
    }

    @BeforeAll
    static void start() {
        broker =
                new BrokerBuilder()
                        .plugin(new MemoryStorageProvider())
                        .plugin(new RaftProvider())
                        .set("plugins.storage", "memory")
                        .set("consensus.raft.storage", "memory")
                        .set("data.directory", directory.toString())
                        .set("listeners", "127.0.0.1:0")
                        .set("offsets.topic-partitions", "1")
                        .set("groups.initial-rebalance-delay", "0ms")
                        .start();
        port = broker.status().listeners().values().iterator().next().port();
        try (RawClient client = RawClient.connect(port)) {
            client.send(
                    RawClient.frame(
                            ApiKey.CREATE_TOPICS,
                            5,
                            1,
                            new CreateTopicsRequest()
                                    .timeoutMs(60_000)
                                    .topics(
                                            List.of(
                                                    new CreateTopicsRequest.CreatableTopic()
                                                            .name(TOPIC)
                                                            .numPartitions(PARTITIONS)
                                                            .replicationFactor((short) 1)))));
            client.receive();
            client.send(
                    RawClient.frame(
                            ApiKey.METADATA,
                            12,
                            2,
                            new MetadataRequest().topics(List.of(named(TOPIC)))));
            topicId =
                    client.receive(ApiKey.METADATA, 12, MetadataResponse.class)
                            .topics()
                            .getFirst()
                            .topicId();
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static MetadataRequest.MetadataRequestTopic named(String name) {
        return new MetadataRequest.MetadataRequestTopic().name(name);
    }

    private static <T> List<T> many(T one) {
        return Collections.nCopies(TIMES, one);
    }

    private static Map<ApiKey, Row> rows() {
        Map<ApiKey, Row> rows = new EnumMap<>(ApiKey.class);
        rows.put(ApiKey.PRODUCE, RepetitiveRequestsTest::produce);
        rows.put(ApiKey.FETCH, RepetitiveRequestsTest::fetch);
        rows.put(
                ApiKey.LIST_OFFSETS,
                version ->
                        new ListOffsetsRequest()
                                .replicaId(-1)
                                .topics(
                                        many(
                                                new ListOffsetsRequest.ListOffsetsTopic()
                                                        .name(TOPIC)
                                                        .partitions(
                                                                List.of(
                                                                        new ListOffsetsRequest
                                                                                        .ListOffsetsPartition()
                                                                                .partitionIndex(0)
                                                                                .timestamp(0))))));
        rows.put(ApiKey.METADATA, RepetitiveRequestsTest::metadata);
        rows.put(
                ApiKey.API_VERSIONS,
                version ->
                        new ApiVersionsRequest()
                                .clientSoftwareName("r")
                                .clientSoftwareVersion("1"));
        rows.put(
                ApiKey.CREATE_TOPICS,
                version ->
                        new CreateTopicsRequest()
                                .timeoutMs(60_000)
                                .topics(
                                        many(
                                                new CreateTopicsRequest.CreatableTopic()
                                                        .name("n")
                                                        .numPartitions(1)
                                                        .replicationFactor((short) 1))));
        rows.put(ApiKey.DELETE_TOPICS, RepetitiveRequestsTest::deleteTopics);
        rows.putAll(RepetitiveGroupRequests.rows(TOPIC, topicId, TIMES));
        rows.put(
                ApiKey.DELETE_RECORDS,
                version ->
                        new DeleteRecordsRequest()
                                .timeoutMs(60_000)
                                .topics(
                                        many(
                                                new DeleteRecordsRequest.DeleteRecordsTopic()
                                                        .name(TOPIC)
                                                        .partitions(
                                                                List.of(
                                                                        new DeleteRecordsRequest
                                                                                        .DeleteRecordsPartition()
                                                                                .partitionIndex(0)
                                                                                .offset(-1))))));
        rows.put(
                ApiKey.INIT_PRODUCER_ID,
                version -> new InitProducerIdRequest().transactionTimeoutMs(60_000));
        rows.put(
                ApiKey.OFFSET_FOR_LEADER_EPOCH,
                version ->
                        new OffsetForLeaderEpochRequest()
                                .topics(
                                        many(
                                                new OffsetForLeaderEpochRequest
                                                                .OffsetForLeaderTopic()
                                                        .topic(TOPIC)
                                                        .partitions(
                                                                List.of(
                                                                        new OffsetForLeaderEpochRequest
                                                                                        .OffsetForLeaderPartition()
                                                                                .partition(0)
                                                                                .leaderEpoch(
                                                                                        0))))));
        rows.put(ApiKey.DESCRIBE_CONFIGS, RepetitiveRequestsTest::describeConfigs);
        rows.put(
                ApiKey.ALTER_CONFIGS,
                version ->
                        new AlterConfigsRequest()
                                .validateOnly(true)
                                .resources(
                                        many(
                                                new AlterConfigsRequest.AlterConfigsResource()
                                                        .resourceType((byte) 2)
                                                        .resourceName(TOPIC))));
        rows.put(
                ApiKey.ALTER_REPLICA_LOG_DIRS,
                version ->
                        new AlterReplicaLogDirsRequest()
                                .dirs(
                                        many(
                                                new AlterReplicaLogDirsRequest.AlterReplicaLogDir()
                                                        .path("memory")
                                                        .topics(
                                                                List.of(
                                                                        new AlterReplicaLogDirsRequest
                                                                                        .AlterReplicaLogDirTopic()
                                                                                .name(TOPIC)
                                                                                .partitions(
                                                                                        List.of(
                                                                                                0)))))));
        rows.put(
                ApiKey.DESCRIBE_LOG_DIRS,
                version ->
                        new DescribeLogDirsRequest()
                                .topics(
                                        many(
                                                new DescribeLogDirsRequest.DescribableLogDirTopic()
                                                        .topic(TOPIC)
                                                        .partitions(List.of(0)))));
        rows.put(
                ApiKey.CREATE_PARTITIONS,
                version ->
                        new CreatePartitionsRequest()
                                .timeoutMs(60_000)
                                .validateOnly(true)
                                .topics(
                                        many(
                                                new CreatePartitionsRequest.CreatePartitionsTopic()
                                                        .name(TOPIC)
                                                        .count(PARTITIONS + 1)
                                                        .assignments(null))));
        rows.put(
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                version ->
                        new IncrementalAlterConfigsRequest()
                                .validateOnly(true)
                                .resources(
                                        many(
                                                new IncrementalAlterConfigsRequest
                                                                .AlterConfigsResource()
                                                        .resourceType((byte) 2)
                                                        .resourceName(TOPIC))));
        // before version 4 it names one key
        rows.put(ApiKey.DESCRIBE_CLUSTER, version -> new DescribeClusterRequest());
        rows.put(
                ApiKey.LIST_CONFIG_RESOURCES,
                version ->
                        version == 0
                                ? new ListConfigResourcesRequest()
                                : new ListConfigResourcesRequest().resourceTypes(many((byte) 2)));
        rows.put(
                ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                version ->
                        new DescribeTopicPartitionsRequest()
                                .topics(
                                        many(
                                                new DescribeTopicPartitionsRequest.TopicRequest()
                                                        .name(TOPIC))));
        return rows;
    }

    private static ApiMessage produce(short version) {
        var partition = new ProduceRequest.PartitionProduceData().index(0).records(null);
        var topic = new ProduceRequest.TopicProduceData().partitionData(many(partition));
        return new ProduceRequest()
                .acks((short) 1)
                .timeoutMs(1_000)
                .topicData(List.of(version < 13 ? topic.name(TOPIC) : topic.topicId(topicId)));
    }

    private static ApiMessage fetch(short version) {
        var partition = new FetchRequest.FetchPartition().partition(0).partitionMaxBytes(1 << 20);
        var topic = new FetchRequest.FetchTopic().partitions(List.of(partition));
        FetchRequest request =
                new FetchRequest()
                        .maxBytes(1 << 20)
                        .topics(many(version < 13 ? topic.topic(TOPIC) : topic.topicId(topicId)));
        return version < 7 ? request : request.sessionEpoch(-1);
    }

    private static ApiMessage metadata(short version) {
        if (version < 12) {
            return new MetadataRequest().topics(many(named(TOPIC)));
        }
        return new MetadataRequest()
                .topics(
                        IntStream.range(0, TIMES)
                                .mapToObj(i -> named("n" + i).topicId(topicId))
                                .toList());
    }

    private static ApiMessage deleteTopics(short version) {
        DeleteTopicsRequest request = new DeleteTopicsRequest().timeoutMs(60_000);
        return version < 6
                ? request.topicNames(many("n"))
                : request.topics(many(new DeleteTopicsRequest.DeleteTopicState().name("n")));
    }

    private static ApiMessage describeConfigs(short version) {
        DescribeConfigsRequest request =
                new DescribeConfigsRequest()
                        .includeSynonyms(true)
                        .resources(
                                many(
                                        new DescribeConfigsRequest.DescribeConfigsResource()
                                                .resourceType((byte) 4)
                                                .resourceName("1")
                                                .configurationKeys(null)));
        return version < 3 ? request : request.includeDocumentation(true);
    }

    @Test
    void everyServedApiHasARow() {
        try (RawClient client = RawClient.connect(port)) {
            assertThat(rows().keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            served(client).stream()
                                    .map(ApiVersionsResponse.ApiVersion::apiKey)
                                    .map(ApiKey::find)
                                    .toList());
        }
    }

    private static List<ApiVersionsResponse.ApiVersion> served(RawClient client) {
        client.send(
                RawClient.frame(
                        ApiKey.API_VERSIONS,
                        3,
                        1,
                        new ApiVersionsRequest()
                                .clientSoftwareName("r")
                                .clientSoftwareVersion("1")));
        return client.receive(ApiKey.API_VERSIONS, 3, ApiVersionsResponse.class).apiKeys();
    }

    @Test
    void oneThingAskedForManyTimesIsAnsweredOnce() {
        try (RawClient client = RawClient.connect(port)) {
            client.send(RepetitiveGroupRequests.findCoordinator());
            client.receive();
            for (ApiVersionsResponse.ApiVersion api : served(client)) {
                ApiKey key = ApiKey.find(api.apiKey());
                Row row = rows().get(key);
                for (int version = Math.max(api.minVersion(), key.lowestVersion());
                        version <= api.maxVersion();
                        version++) {
                    ask(client, key, version, row.request((short) version));
                }
            }
        }
    }

    private static void ask(RawClient client, ApiKey key, int version, ApiMessage request) {
        String what = key.apiName() + " " + version;
        byte[] frame = RawClient.frame(key, version, 1, request);
        long loopBefore = loopBytes();
        long totalBefore = THREADS.getTotalThreadAllocatedBytes();
        client.send(frame);
        ByteBuffer answer = client.receive();
        long total = THREADS.getTotalThreadAllocatedBytes() - totalBefore;
        long loop = loopBytes() - loopBefore;
        int most = key == ApiKey.PRODUCE ? ONCE_BYTES * 2 + frame.length * REFUSALS : ONCE_BYTES;
        assertThat(answer.remaining()).as("bytes of the answer to %s", what).isLessThan(most);
        assertThat(loop)
                .as("bytes allocated on the event loop by %s", what)
                .isLessThan(FIXED_BYTES + LOOP_FACTOR * frame.length);
        assertThat(total)
                .as("bytes allocated by %s", what)
                .isLessThan(FIXED_BYTES + TOTAL_FACTOR * frame.length);
    }

    /** What the event loops have allocated since they began. */
    private static long loopBytes() {
        long sum = 0;
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            if (thread.getKey().getName().startsWith("net-")) {
                sum += THREADS.getThreadAllocatedBytes(thread.getKey().threadId());
            }
        }
        return sum;
    }
}
