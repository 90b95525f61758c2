package mortise.broker.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.broker.request.Access;
import mortise.metadata.TopicImage;
import mortise.spi.auth.Action;
import mortise.spi.auth.Operation;
import mortise.wire.ApiKey;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataRequest.MetadataRequestTopic;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.MetadataResponse.MetadataResponseBroker;
import mortise.wire.message.MetadataResponse.MetadataResponseTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetadataHandlerTest {
    private final TestApis apis = new TestApis(Map.of("broker.rack", "r1"));

    static IntStream versions() {
        return IntStream.rangeClosed(0, 13);
    }

    private static MetadataRequest named(String... names) {
        return new MetadataRequest()
                .topics(
                        Arrays.stream(names)
                                .map(name -> new MetadataRequestTopic().name(name))
                                .toList());
    }

    private static MetadataRequest noCreation(String... names) {
        return named(names).allowAutoTopicCreation(false);
    }

    private MetadataResponse ask(int version, MetadataRequest request) {
        return apis.call(ApiKey.METADATA, version, request);
    }

    private static MetadataRequest all(int version) {
        return new MetadataRequest().topics(version == 0 ? List.of() : null);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyVersionTellsBrokersTopicsAndLeaders(int version) {
        TopicImage topic = apis.cluster.create("orders", 2);
        MetadataResponse response = ask(version, named("orders"));

        MetadataResponseBroker broker = response.brokers().getFirst();
        assertThat(broker.nodeId()).isEqualTo(1);
        assertThat(broker.host()).isEqualTo("127.0.0.7");
        assertThat(broker.port()).isEqualTo(9777);
        assertThat(broker.rack()).isEqualTo(version >= 1 ? "r1" : null);
        assertThat(response.clusterId()).isEqualTo(version >= 2 ? "test-cluster" : null);
        assertThat(response.controllerId()).isEqualTo(version >= 1 ? 1 : -1);
        MetadataResponseTopic answer = response.topics().getFirst();
        assertThat(answer.errorCode()).isZero();
        assertThat(answer.name()).isEqualTo("orders");
        assertThat(answer.topicId()).isEqualTo(version >= 10 ? topic.id().value() : new UUID(0, 0));
        assertThat(answer.topicAuthorizedOperations()).isEqualTo(Access.OPERATIONS_NOT_REQUESTED);
        assertThat(answer.partitions())
                .hasSize(2)
                .allSatisfy(partition -> {
                    assertThat(partition.errorCode()).isZero();
                    assertThat(partition.leaderId()).isEqualTo(1);
                    assertThat(partition.leaderEpoch()).isEqualTo(version >= 7 ? 0 : -1);
                    assertThat(partition.replicaNodes()).containsExactly(1);
                    assertThat(partition.isrNodes()).containsExactly(1);
                    assertThat(partition.offlineReplicas()).isEmpty();
                });
    }

    @ParameterizedTest
    @MethodSource("versions")
    void allTopicsAndNoTopicsAreToldApart(int version) {
        apis.cluster.create("b", 1);
        apis.cluster.create("a", 1);
        assertThat(ask(version, all(version)).topics())
                .extracting(MetadataResponseTopic::name)
                .containsExactly("a", "b");
        if (version >= 1) {
            assertThat(ask(version, new MetadataRequest().topics(List.of())).topics()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void anUnknownTopicIsCreatedUnlessTheClientForbidsIt(int version) {
        if (version >= 4) {
            assertThat(ask(version, noCreation("fresh")).topics().getFirst().errorCode())
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
            assertThat(apis.cluster.image().topic("fresh")).isNull();
        }
        MetadataResponseTopic created = ask(version, named("fresh")).topics().getFirst();
        assertThat(created.errorCode()).isZero();
        assertThat(created.partitions()).hasSize(1);
        assertThat(apis.cluster.applier.calls).contains("open fresh-0");
    }

    @Test
    void creationFollowsTheConfiguration() {
        TestApis closed = new TestApis(Map.of("auto.create.topics.enable", "false"));
        MetadataResponse response = closed.call(ApiKey.METADATA, 12, named("fresh"));
        assertThat(response.topics().getFirst().errorCode())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void aTopicThatTakesItsTimeIsAskedForAgain() {
        apis.cluster.quorum.hold();
        TestRequest request = apis.send(ApiKey.METADATA, 12, named("slow"));
        apis.cluster.run();
        assertThat(request.answered()).isFalse();
        apis.cluster.clock.advance(Duration.ofSeconds(3));
        MetadataResponse response = (MetadataResponse) request.response();
        assertThat(response.topics().getFirst().errorCode())
                .isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE.code());
        apis.cluster.quorum.commitHeld();
        assertThat(ask(12, named("slow")).topics().getFirst().errorCode()).isZero();
    }

    @Test
    void whatCannotBeCreatedSaysWhy() {
        MetadataResponse response = ask(12, named("bad name", "__consumer_offsets", "good"));
        assertThat(response.topics())
                .extracting(topic -> ErrorCode.of(topic.errorCode()))
                .containsExactly(
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        ErrorCode.NONE);
        TestApis replicated = new TestApis(Map.of("default.replication.factor", "3"));
        MetadataResponse refused = replicated.call(ApiKey.METADATA, 12, named("fresh"));
        assertThat(refused.topics().getFirst().errorCode())
                .isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR.code());
    }

    @Test
    void topicsAreFoundById() {
        TopicImage topic = apis.cluster.create("orders", 1);
        UUID unknown = new UUID(4, 4);
        MetadataRequest request =
                new MetadataRequest()
                        .topics(
                                List.of(
                                        new MetadataRequestTopic()
                                                .name(null)
                                                .topicId(topic.id().value()),
                                        new MetadataRequestTopic().name(null).topicId(unknown)));
        for (int version : new int[] {12, 13}) {
            MetadataResponse response = ask(version, request);
            assertThat(response.topics().get(0).name()).isEqualTo("orders");
            assertThat(response.topics().get(1).errorCode())
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC_ID.code());
            assertThat(response.topics().get(1).name()).isNull();
            assertThat(response.topics().get(1).topicId()).isEqualTo(unknown);
        }
        for (int version : new int[] {10, 11}) {
            assertThat(ask(version, request).topics())
                    .allSatisfy(answer ->
                            assertThat(answer.errorCode())
                                    .isEqualTo(ErrorCode.INVALID_REQUEST.code()));
        }
    }

    @Test
    void theAdvertisedAddressIsToldIfThereIsOne() {
        apis.advertised = new HostPort("kafka.example", 443);
        MetadataResponseBroker broker = ask(12, all(12)).brokers().getFirst();
        assertThat(broker.host()).isEqualTo("kafka.example");
        assertThat(broker.port()).isEqualTo(443);
    }

    @Test
    void operationsAreToldToWhoAsks() {
        apis.cluster.create("orders", 1);
        apis.forbidden.add(Action.onTopic(Operation.WRITE, "orders"));
        for (int version = 8; version <= 13; version++) {
            MetadataRequest request = named("orders").includeTopicAuthorizedOperations(true);
            if (version <= 10) {
                request.includeClusterAuthorizedOperations(true);
            }
            MetadataResponse response = ask(version, request);
            // READ 3, CREATE 5, DELETE 6, ALTER 7, DESCRIBE 8, DESCRIBE_CONFIGS 10, ALTER_CONFIGS
            // 11
            assertThat(response.topics().getFirst().topicAuthorizedOperations())
                    .isEqualTo(1 << 3 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11);
            assertThat(response.clusterAuthorizedOperations() != Access.OPERATIONS_NOT_REQUESTED)
                    .isEqualTo(version <= 10);
        }
    }

    @Test
    void hiddenTopicsAreRefusedByNameAndLeftOutOfTheList() {
        apis.cluster.create("open", 1);
        apis.cluster.create("hidden", 1);
        apis.forbidden.add(Action.onTopic(Operation.DESCRIBE, "hidden"));
        apis.forbidden.add(Action.onTopic(Operation.DESCRIBE, "hidden-too"));
        assertThat(ask(12, all(12)).topics())
                .extracting(MetadataResponseTopic::name)
                .containsExactly("open");
        assertThat(ask(12, named("hidden", "hidden-too")).topics())
                .allSatisfy(topic ->
                        assertThat(topic.errorCode())
                                .isEqualTo(ErrorCode.TOPIC_AUTHORIZATION_FAILED.code()));
        assertThat(apis.cluster.image().topic("hidden-too")).isNull();
    }

    @Test
    void whoMayNotCreateGetsNothingCreated() {
        apis.forbidden.add(Action.onCluster(Operation.CREATE));
        apis.forbidden.add(Action.onTopic(Operation.CREATE, "fresh"));
        assertThat(ask(12, named("fresh", "other")).topics())
                .extracting(topic -> ErrorCode.of(topic.errorCode()))
                .containsExactly(ErrorCode.TOPIC_AUTHORIZATION_FAILED, ErrorCode.NONE);
        assertThat(ask(12, noCreation("fresh")).topics().getFirst().errorCode())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aPartitionThatIsOfflineHasNoLeader(int version) {
        apis.cluster.applier.broken.add("t-0");
        apis.cluster.create("t", 2);
        var partitions = ask(version, named("t")).topics().getFirst().partitions();
        assertThat(partitions.get(0).errorCode()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE.code());
        assertThat(partitions.get(0).leaderId()).isEqualTo(-1);
        assertThat(partitions.get(0).offlineReplicas())
                .isEqualTo(version >= 5 ? List.of(1) : List.of());
        assertThat(partitions.get(1).errorCode()).isZero();
    }

    @Test
    void aLargeAnswerIsBuiltOffTheEventLoop() {
        TestApis small = new TestApis(Map.of("metadata.large-response-partitions", "3"));
        small.cluster.create("t", 3);
        small.call(ApiKey.METADATA, 12, all(12));
        small.call(ApiKey.METADATA, 12, named("t"));
        assertThat(small.blocking).isEmpty();
        small.cluster.create("u", 1);
        MetadataResponse response = small.call(ApiKey.METADATA, 12, all(12));
        assertThat(response.topics()).hasSize(2);
        assertThat(small.blocking).containsExactly("answering Metadata");
    }

    @Test
    void aTopicAskedForTwiceIsAnsweredOnce() {
        apis.cluster.create("t", 1);
        assertThat(ask(12, named("t", "t")).topics()).hasSize(1);
    }
}
