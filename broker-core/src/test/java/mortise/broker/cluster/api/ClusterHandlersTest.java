package mortise.broker.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.broker.cluster.TestCluster;
import mortise.broker.request.Access;
import mortise.broker.request.FeatureSource;
import mortise.broker.request.Requirement;
import mortise.metadata.BrokerImage;
import mortise.metadata.controller.ControllerCommand.RegisterBroker;
import mortise.spi.auth.Action;
import mortise.spi.auth.Operation;
import mortise.wire.ApiKey;
import mortise.wire.PluginActivityField;
import mortise.wire.message.DescribeClusterRequest;
import mortise.wire.message.DescribeClusterResponse;
import mortise.wire.message.DescribeLogDirsRequest;
import mortise.wire.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import mortise.wire.message.DescribeLogDirsResponse;
import mortise.wire.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import mortise.wire.message.DescribeTopicPartitionsRequest;
import mortise.wire.message.DescribeTopicPartitionsRequest.Cursor;
import mortise.wire.message.DescribeTopicPartitionsRequest.TopicRequest;
import mortise.wire.message.DescribeTopicPartitionsResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * DescribeCluster, DescribeLogDirs, DescribeTopicPartitions, features, and what each handler
 * declares.
 */
class ClusterHandlersTest {
    private final TestApis apis = new TestApis(Map.of());

    static IntStream clusterVersions() {
        return IntStream.rangeClosed(0, 2);
    }

    static IntStream logDirVersions() {
        return IntStream.rangeClosed(1, 5);
    }

    @ParameterizedTest
    @MethodSource("clusterVersions")
    void everyVersionDescribesTheCluster(int version) {
        DescribeClusterResponse response =
                apis.call(
                        ApiKey.DESCRIBE_CLUSTER,
                        version,
                        new DescribeClusterRequest().includeClusterAuthorizedOperations(true));
        assertThat(response.errorCode()).isZero();
        assertThat(response.clusterId()).isEqualTo("test-cluster");
        assertThat(response.controllerId()).isEqualTo(1);
        assertThat(response.brokers())
                .hasSize(1)
                .first()
                .satisfies(broker -> {
                    assertThat(broker.brokerId()).isEqualTo(1);
                    assertThat(broker.host()).isEqualTo("127.0.0.7");
                    assertThat(broker.port()).isEqualTo(9777);
                });
        assertThat(response.clusterAuthorizedOperations())
                .isNotEqualTo(Access.OPERATIONS_NOT_REQUESTED);
    }

    @ParameterizedTest
    @MethodSource("clusterVersions")
    void whatPluginsDidIsToldToWhoAsks(int version) {
        DescribeClusterRequest asking = new DescribeClusterRequest();
        asking.unknownTaggedFields().add(PluginActivityField.question());
        DescribeClusterResponse told = apis.call(ApiKey.DESCRIBE_CLUSTER, version, asking);
        assertThat(PluginActivityField.answered(told)).contains(List.of(TestApis.ACTIVITY));
        DescribeClusterResponse untold =
                apis.call(ApiKey.DESCRIBE_CLUSTER, version, new DescribeClusterRequest());
        assertThat(untold.unknownTaggedFields()).isEmpty();
    }

    @Test
    void otherKindsOfEndpointAreRefused() {
        for (int version = 1; version <= 2; version++) {
            DescribeClusterResponse controllers =
                    apis.call(
                            ApiKey.DESCRIBE_CLUSTER,
                            version,
                            new DescribeClusterRequest().endpointType((byte) 2));
            assertThat(ErrorCode.of(controllers.errorCode()))
                    .isEqualTo(ErrorCode.MISMATCHED_ENDPOINT_TYPE);
            assertThat(controllers.endpointType()).isEqualTo((byte) 1);
            DescribeClusterResponse unknown =
                    apis.call(
                            ApiKey.DESCRIBE_CLUSTER,
                            version,
                            new DescribeClusterRequest().endpointType((byte) 7));
            assertThat(ErrorCode.of(unknown.errorCode()))
                    .isEqualTo(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE);
        }
    }

    @Test
    void fencedBrokersAreToldOnlyToWhoAsks() {
        TestCluster cluster = TestCluster.fresh(Map.of(), TestCluster.STORE);
        TestApis entering = new TestApis(cluster);
        cluster.applier.broken.add("none");
        cluster.enter();
        cluster.submit(
                new RegisterBroker(
                        "test-cluster",
                        2,
                        new UUID(2, 2),
                        null,
                        List.of(new BrokerImage.Endpoint("PLAINTEXT", new HostPort("two", 1)))));
        DescribeClusterResponse without =
                entering.call(ApiKey.DESCRIBE_CLUSTER, 2, new DescribeClusterRequest());
        assertThat(without.brokers()).hasSize(1);
        DescribeClusterResponse with =
                entering.call(
                        ApiKey.DESCRIBE_CLUSTER,
                        2,
                        new DescribeClusterRequest().includeFencedBrokers(true));
        assertThat(with.brokers())
                .extracting(
                        broker -> broker.brokerId() + " " + broker.isFenced() + " " + broker.host())
                .containsExactly("1 false 127.0.0.7", "2 true two");
    }

    @ParameterizedTest
    @MethodSource("logDirVersions")
    void everyVersionDescribesLogDirs(int version) {
        apis.cluster.create("a", 2);
        apis.cluster.create("b", 1);
        DescribeLogDirsResponse all =
                apis.call(
                        ApiKey.DESCRIBE_LOG_DIRS,
                        version,
                        new DescribeLogDirsRequest().topics(null));
        DescribeLogDirsResult first = all.results().getFirst();
        assertThat(first.logDir()).isEqualTo("/data/1");
        assertThat(first.totalBytes()).isEqualTo(version >= 4 ? 1_000 : -1);
        assertThat(first.usableBytes()).isEqualTo(version >= 4 ? 400 : -1);
        assertThat(
                        first.topics().stream()
                                .flatMap(topic ->
                                        topic.partitions().stream()
                                                .map(partition ->
                                                        topic.name()
                                                                + "-"
                                                                + partition.partitionIndex()
                                                                + " "
                                                                + partition.partitionSize()
                                                                + " "
                                                                + partition.offsetLag()))
                                .collect(Collectors.toList()))
                .containsExactly("a-0 100 3", "a-1 101 3", "b-0 100 3");
        assertThat(all.results().get(1).topics()).isEmpty();
        DescribeLogDirsResponse some =
                apis.call(
                        ApiKey.DESCRIBE_LOG_DIRS,
                        version,
                        new DescribeLogDirsRequest()
                                .topics(
                                        List.of(
                                                new DescribableLogDirTopic()
                                                        .topic("a")
                                                        .partitions(List.of(1)),
                                                new DescribableLogDirTopic()
                                                        .topic("nope")
                                                        .partitions(List.of(0)))));
        assertThat(some.results().getFirst().topics()).hasSize(1);
        assertThat(apis.blocking)
                .containsExactly("answering DescribeLogDirs", "answering DescribeLogDirs");
        apis.directoryFailure = "gone";
        DescribeLogDirsResponse failed =
                apis.call(
                        ApiKey.DESCRIBE_LOG_DIRS,
                        version,
                        new DescribeLogDirsRequest().topics(null));
        assertThat(failed.results())
                .extracting(result -> ErrorCode.of(result.errorCode()))
                .containsExactly(ErrorCode.NONE, ErrorCode.KAFKA_STORAGE_ERROR);
        apis.forbidden.add(Action.onCluster(Operation.DESCRIBE));
        DescribeLogDirsResponse refused =
                apis.call(
                        ApiKey.DESCRIBE_LOG_DIRS,
                        version,
                        new DescribeLogDirsRequest().topics(null));
        assertThat(refused.results()).isEmpty();
        assertThat(refused.errorCode())
                .isEqualTo(version >= 3 ? ErrorCode.CLUSTER_AUTHORIZATION_FAILED.code() : 0);
    }

    private DescribeTopicPartitionsResponse partitions(DescribeTopicPartitionsRequest request) {
        return apis.call(ApiKey.DESCRIBE_TOPIC_PARTITIONS, 0, request);
    }

    @Test
    void pagesOfPartitionsTogetherAreEverythingOnce() {
        apis.cluster.create("a", 3);
        apis.cluster.create("b", 4);
        apis.cluster.create("c", 2);
        for (int limit = 1; limit <= 10; limit++) {
            List<String> seen = new ArrayList<>();
            Cursor cursor = null;
            int pages = 0;
            do {
                DescribeTopicPartitionsResponse page =
                        partitions(
                                new DescribeTopicPartitionsRequest()
                                        .responsePartitionLimit(limit)
                                        .cursor(cursor));
                int count = 0;
                for (var topic : page.topics()) {
                    assertThat(topic.errorCode()).isZero();
                    for (var partition : topic.partitions()) {
                        seen.add(topic.name() + "-" + partition.partitionIndex());
                        count++;
                    }
                }
                assertThat(count).isBetween(1, limit);
                cursor =
                        page.nextCursor() == null
                                ? null
                                : new Cursor()
                                        .topicName(page.nextCursor().topicName())
                                        .partitionIndex(page.nextCursor().partitionIndex());
                assertThat(++pages).isLessThan(20);
            } while (cursor != null);
            assertThat(seen)
                    .containsExactly("a-0", "a-1", "a-2", "b-0", "b-1", "b-2", "b-3", "c-0", "c-1");
        }
    }

    @Test
    void theBrokerBoundsPagesToo() {
        TestApis bounded = new TestApis(Map.of("max.request.partition.size.limit", "2"));
        bounded.cluster.create("a", 3);
        DescribeTopicPartitionsResponse page =
                bounded.call(
                        ApiKey.DESCRIBE_TOPIC_PARTITIONS, 0, new DescribeTopicPartitionsRequest());
        assertThat(page.topics().getFirst().partitions()).hasSize(2);
        assertThat(page.nextCursor()).isNotNull();
    }

    @Test
    void namedTopicsAreAnsweredInTheOrderOfTheirNames() {
        apis.cluster.create("a", 1);
        apis.cluster.create("hidden", 1);
        apis.forbidden.add(Action.onTopic(Operation.DESCRIBE, "hidden"));
        DescribeTopicPartitionsResponse response =
                partitions(
                        new DescribeTopicPartitionsRequest()
                                .topics(
                                        List.of(
                                                new TopicRequest().name("nope"),
                                                new TopicRequest().name("hidden"),
                                                new TopicRequest().name("bad name"),
                                                new TopicRequest().name("a"))));
        assertThat(response.topics())
                .extracting(topic -> topic.name() + " " + ErrorCode.of(topic.errorCode()))
                .containsExactly(
                        "a NONE",
                        "bad name INVALID_TOPIC_EXCEPTION",
                        "hidden TOPIC_AUTHORIZATION_FAILED",
                        "nope UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(partitions(new DescribeTopicPartitionsRequest()).topics()).hasSize(1);
    }

    @Test
    void aCursorThatPointsNowhereIsRefusedOrSkipped() {
        apis.cluster.create("a", 1);
        apis.cluster.create("c", 1);
        DescribeTopicPartitionsResponse refused =
                partitions(
                        new DescribeTopicPartitionsRequest()
                                .topics(List.of(new TopicRequest().name("a")))
                                .cursor(new Cursor().topicName("a").partitionIndex(-1)));
        assertThat(ErrorCode.of(refused.topics().getFirst().errorCode()))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        DescribeTopicPartitionsResponse skipped =
                partitions(
                        new DescribeTopicPartitionsRequest()
                                .cursor(new Cursor().topicName("b").partitionIndex(5)));
        assertThat(skipped.topics()).extracting(topic -> topic.name()).containsExactly("c");
        assertThat(skipped.topics().getFirst().partitions()).hasSize(1);
    }

    @Test
    void onlyWhatIsServedIsFinalised() {
        ClusterFeatures features = new ClusterFeatures(1, apis.cluster.publisher);
        assertThat(features.supported())
                .containsExactly(
                        new FeatureSource.SupportedFeature(
                                "mortise.metadata", (short) 1, (short) 2));
        assertThat(features.finalized().features())
                .containsExactly(new FeatureSource.FinalizedFeature("mortise.metadata", (short) 2));
        assertThat(features.finalized().epoch()).isEqualTo(apis.cluster.image().index());
        assertThat(features.identity()).isEqualTo(new FeatureSource.Identity("test-cluster", 1));
    }

    @Test
    void everyHandlerServesTheWholeRangeAndDeclaresWhatItNeeds() {
        Map<ApiKey, String> declared =
                apis.handlers().stream()
                        .collect(
                                Collectors.toMap(
                                        handler -> handler.apiKey(),
                                        handler ->
                                                handler.lowestVersion()
                                                        + "-"
                                                        + handler.highestVersion()
                                                        + " "
                                                        + handler.requirements().stream()
                                                                .map(ClusterHandlersTest::text)
                                                                .collect(
                                                                        Collectors.joining(", "))));
        assertThat(declared)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.ofEntries(
                                Map.entry(
                                        ApiKey.METADATA,
                                        "0-13 DESCRIBE TOPIC RESOURCE, CREATE TOPIC RESOURCE"),
                                Map.entry(
                                        ApiKey.CREATE_TOPICS,
                                        "2-7 CREATE CLUSTER RESOURCE, CREATE TOPIC RESOURCE, DESCRIBE_CONFIGS TOPIC RESOURCE"),
                                Map.entry(
                                        ApiKey.DELETE_TOPICS,
                                        "1-6 DESCRIBE TOPIC RESOURCE, DELETE TOPIC RESOURCE"),
                                Map.entry(ApiKey.CREATE_PARTITIONS, "0-3 ALTER TOPIC RESOURCE"),
                                Map.entry(
                                        ApiKey.DESCRIBE_CONFIGS,
                                        "1-4 DESCRIBE_CONFIGS TOPIC RESOURCE, DESCRIBE_CONFIGS CLUSTER RESOURCE"),
                                Map.entry(
                                        ApiKey.ALTER_CONFIGS,
                                        "0-2 ALTER_CONFIGS TOPIC RESOURCE, ALTER_CONFIGS CLUSTER RESOURCE"),
                                Map.entry(
                                        ApiKey.INCREMENTAL_ALTER_CONFIGS,
                                        "0-1 ALTER_CONFIGS TOPIC RESOURCE, ALTER_CONFIGS CLUSTER RESOURCE"),
                                Map.entry(ApiKey.DESCRIBE_CLUSTER, "0-2 NONE CLUSTER REQUEST"),
                                Map.entry(ApiKey.DESCRIBE_LOG_DIRS, "1-5 DESCRIBE CLUSTER REQUEST"),
                                Map.entry(
                                        ApiKey.LIST_CONFIG_RESOURCES,
                                        "0-1 DESCRIBE_CONFIGS CLUSTER REQUEST"),
                                Map.entry(
                                        ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                                        "0-0 DESCRIBE TOPIC RESOURCE")));
    }

    private static String text(Requirement requirement) {
        return requirement.operation() + " " + requirement.resource() + " " + requirement.per();
    }
}
