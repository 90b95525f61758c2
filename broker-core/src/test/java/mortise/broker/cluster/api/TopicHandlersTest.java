package mortise.broker.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import mortise.api.ErrorCode;
import mortise.metadata.TopicImage;
import mortise.spi.auth.Action;
import mortise.spi.auth.Operation;
import mortise.wire.ApiKey;
import mortise.wire.message.CreatePartitionsRequest;
import mortise.wire.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import mortise.wire.message.CreatePartitionsRequest.CreatePartitionsTopic;
import mortise.wire.message.CreatePartitionsResponse;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsRequest.CreatableReplicaAssignment;
import mortise.wire.message.CreateTopicsRequest.CreatableTopic;
import mortise.wire.message.CreateTopicsRequest.CreatableTopicConfig;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.CreateTopicsResponse.CreatableTopicConfigs;
import mortise.wire.message.CreateTopicsResponse.CreatableTopicResult;
import mortise.wire.message.DeleteTopicsRequest;
import mortise.wire.message.DeleteTopicsRequest.DeleteTopicState;
import mortise.wire.message.DeleteTopicsResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** CreateTopics, DeleteTopics and CreatePartitions. */
class TopicHandlersTest {
    private final TestApis apis = new TestApis(Map.of());

    static IntStream createVersions() {
        return IntStream.rangeClosed(2, 7);
    }

    static IntStream deleteVersions() {
        return IntStream.rangeClosed(1, 6);
    }

    static IntStream partitionVersions() {
        return IntStream.rangeClosed(0, 3);
    }

    private static CreatableTopic topic(String name, int partitions) {
        return new CreatableTopic()
                .name(name)
                .numPartitions(partitions)
                .replicationFactor((short) 1);
    }

    private CreateTopicsResponse create(int version, CreatableTopic... topics) {
        return apis.call(
                ApiKey.CREATE_TOPICS, version, new CreateTopicsRequest().topics(List.of(topics)));
    }

    @ParameterizedTest
    @MethodSource("createVersions")
    void everyVersionCreatesAndAnswersInOrder(int version) {
        CreateTopicsResponse response =
                create(
                        version,
                        topic("bad name", 1),
                        topic("a", 3)
                                .configs(
                                        List.of(
                                                new CreatableTopicConfig()
                                                        .name("retention.ms")
                                                        .value("7"))),
                        topic("twice", 1),
                        new CreatableTopic()
                                .name("placed")
                                .numPartitions(-1)
                                .replicationFactor((short) -1)
                                .assignments(
                                        List.of(
                                                new CreatableReplicaAssignment()
                                                        .brokerIds(List.of(1)))),
                        topic("twice", 2),
                        topic("unconfigurable", 1)
                                .configs(
                                        List.of(
                                                new CreatableTopicConfig()
                                                        .name("retention.ms")
                                                        .value(null))));
        assertThat(response.topics())
                .extracting(CreatableTopicResult::name)
                .containsExactly("bad name", "a", "twice", "placed", "unconfigurable");
        assertThat(response.topics())
                .extracting(result -> ErrorCode.of(result.errorCode()))
                .containsExactly(
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        ErrorCode.NONE,
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.NONE,
                        ErrorCode.INVALID_CONFIG);
        assertThat(response.topics().get(0).errorMessage()).isNotEmpty();
        CreatableTopicResult created = response.topics().get(1);
        TopicImage image = apis.cluster.image().topic("a");
        assertThat(image).isNotNull();
        assertThat(created.errorMessage()).isNull();
        assertThat(created.numPartitions()).isEqualTo(version >= 5 ? 3 : -1);
        assertThat(created.replicationFactor()).isEqualTo((short) (version >= 5 ? 1 : -1));
        assertThat(created.topicId()).isEqualTo(version >= 7 ? image.id().value() : new UUID(0, 0));
        if (version >= 5) {
            assertThat(created.configs())
                    .hasSize(37)
                    .filteredOn(config -> config.name().equals("retention.ms"))
                    .containsExactly(
                            new CreatableTopicConfigs()
                                    .name("retention.ms")
                                    .value("7")
                                    .configSource((byte) 1));
        }
        assertThat(image.configs()).isEqualTo(Map.of("retention.ms", "7"));
    }

    @Test
    void validationCreatesNothing() {
        CreateTopicsResponse response =
                apis.call(
                        ApiKey.CREATE_TOPICS,
                        7,
                        new CreateTopicsRequest()
                                .topics(List.of(topic("a", 1)))
                                .validateOnly(true));
        assertThat(response.topics().getFirst().errorCode()).isZero();
        assertThat(apis.cluster.image().topicCount()).isZero();
    }

    @Test
    void creationNeedsPermissionForTheClusterOrTheTopic() {
        apis.forbidden.add(Action.onCluster(Operation.CREATE));
        apis.forbidden.add(Action.onTopic(Operation.CREATE, "a"));
        apis.forbidden.add(Action.onTopic(Operation.DESCRIBE_CONFIGS, "b"));
        CreateTopicsResponse response = create(7, topic("a", 1), topic("b", 1));
        assertThat(response.topics().get(0).errorCode())
                .isEqualTo(ErrorCode.TOPIC_AUTHORIZATION_FAILED.code());
        assertThat(response.topics().get(1).errorCode()).isZero();
        assertThat(response.topics().get(1).topicConfigErrorCode())
                .isEqualTo(ErrorCode.TOPIC_AUTHORIZATION_FAILED.code());
        assertThat(response.topics().get(1).numPartitions()).isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("createVersions")
    void theTimeoutOfTheRequestIsKept(int version) {
        apis.cluster.quorum.hold();
        TestRequest request =
                apis.send(
                        ApiKey.CREATE_TOPICS,
                        version,
                        new CreateTopicsRequest().topics(List.of(topic("a", 1))).timeoutMs(500));
        apis.cluster.run();
        apis.cluster.clock.advance(Duration.ofMillis(499));
        assertThat(request.answered()).isFalse();
        apis.cluster.clock.advance(Duration.ofMillis(1));
        CreateTopicsResponse response = (CreateTopicsResponse) request.response();
        assertThat(response.topics().getFirst().errorCode())
                .isEqualTo(ErrorCode.REQUEST_TIMED_OUT.code());
    }

    @Test
    void aPartitionAssignedTwiceIsRefused() {
        CreateTopicsResponse response =
                create(
                        7,
                        new CreatableTopic()
                                .name("a")
                                .numPartitions(-1)
                                .replicationFactor((short) -1)
                                .assignments(
                                        List.of(
                                                new CreatableReplicaAssignment()
                                                        .brokerIds(List.of(1)),
                                                new CreatableReplicaAssignment()
                                                        .brokerIds(List.of(1)))));
        assertThat(response.topics().getFirst().errorCode())
                .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT.code());
    }

    private static DeleteTopicsRequest delete(int version, String... names) {
        return version >= 6
                ? new DeleteTopicsRequest()
                        .topics(
                                Arrays.stream(names)
                                        .map(name -> new DeleteTopicState().name(name))
                                        .toList())
                : new DeleteTopicsRequest().topicNames(List.of(names));
    }

    @ParameterizedTest
    @MethodSource("deleteVersions")
    void everyVersionDeletesByName(int version) {
        TopicImage topic = apis.cluster.create("a", 2);
        DeleteTopicsResponse response =
                apis.call(
                        ApiKey.DELETE_TOPICS,
                        version,
                        delete(version, "a", "nope").timeoutMs(1_000));
        assertThat(response.responses())
                .filteredOn(result -> "a".equals(result.name()))
                .first()
                .satisfies(result -> {
                    assertThat(result.errorCode()).isZero();
                    assertThat(result.topicId())
                            .isEqualTo(version >= 6 ? topic.id().value() : new UUID(0, 0));
                });
        assertThat(response.responses())
                .filteredOn(result -> "nope".equals(result.name()))
                .first()
                .satisfies(result -> {
                    assertThat(result.errorCode())
                            .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
                    assertThat(result.errorMessage() != null).isEqualTo(version >= 5);
                });
        assertThat(apis.cluster.applier.stored).isEmpty();
    }

    @Test
    void topicsAreDeletedByIdAndOddReferencesAreRefused() {
        TopicImage topic = apis.cluster.create("a", 1);
        TopicImage twice = apis.cluster.create("twice", 1);
        DeleteTopicsResponse response =
                apis.call(
                        ApiKey.DELETE_TOPICS,
                        6,
                        new DeleteTopicsRequest()
                                .timeoutMs(1_000)
                                .topics(
                                        List.of(
                                                new DeleteTopicState().topicId(topic.id().value()),
                                                new DeleteTopicState().topicId(twice.id().value()),
                                                new DeleteTopicState().name("twice"),
                                                new DeleteTopicState()
                                                        .name("a")
                                                        .topicId(topic.id().value()),
                                                new DeleteTopicState(),
                                                new DeleteTopicState().topicId(new UUID(3, 3)))));
        assertThat(response.responses())
                .extracting(result -> ErrorCode.of(result.errorCode()))
                .containsExactlyInAnyOrder(
                        ErrorCode.NONE,
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.UNKNOWN_TOPIC_ID);
        assertThat(apis.cluster.image().topic("a")).isNull();
        assertThat(apis.cluster.image().topic("twice")).as("named in two ways").isNotNull();
    }

    @ParameterizedTest
    @MethodSource("deleteVersions")
    void deletionThatIsTurnedOffIsRefusedInTheVersionsWords(int version) {
        TestApis kept = new TestApis(Map.of("delete.topic.enable", "false"));
        kept.cluster.create("a", 1);
        DeleteTopicsResponse response =
                kept.call(ApiKey.DELETE_TOPICS, version, delete(version, "a").timeoutMs(1_000));
        assertThat(ErrorCode.of(response.responses().getFirst().errorCode()))
                .isEqualTo(
                        version >= 3
                                ? ErrorCode.TOPIC_DELETION_DISABLED
                                : ErrorCode.INVALID_REQUEST);
    }

    @Test
    void deletionNeedsPermission() {
        TopicImage topic = apis.cluster.create("a", 1);
        apis.forbidden.add(Action.onTopic(Operation.DELETE, "a"));
        DeleteTopicsResponse response =
                apis.call(
                        ApiKey.DELETE_TOPICS,
                        6,
                        new DeleteTopicsRequest()
                                .timeoutMs(1_000)
                                .topics(
                                        List.of(
                                                new DeleteTopicState()
                                                        .topicId(topic.id().value()))));
        assertThat(response.responses().getFirst().errorCode())
                .isEqualTo(ErrorCode.TOPIC_AUTHORIZATION_FAILED.code());
        apis.forbidden.add(Action.onTopic(Operation.DESCRIBE, "a"));
        DeleteTopicsResponse hidden =
                apis.call(
                        ApiKey.DELETE_TOPICS,
                        6,
                        new DeleteTopicsRequest()
                                .timeoutMs(1_000)
                                .topics(
                                        List.of(
                                                new DeleteTopicState()
                                                        .topicId(topic.id().value()))));
        assertThat(hidden.responses().getFirst().name())
                .as("a hidden topic's name is not told")
                .isNull();
        assertThat(apis.cluster.image().topicCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("partitionVersions")
    void everyVersionAddsPartitions(int version) {
        apis.cluster.create("a", 1);
        apis.cluster.create("b", 1);
        apis.cluster.create("hidden", 1);
        apis.forbidden.add(Action.onTopic(Operation.ALTER, "hidden"));
        CreatePartitionsResponse response =
                apis.call(
                        ApiKey.CREATE_PARTITIONS,
                        version,
                        new CreatePartitionsRequest()
                                .timeoutMs(1_000)
                                .topics(
                                        List.of(
                                                new CreatePartitionsTopic()
                                                        .name("a")
                                                        .count(3)
                                                        .assignments(null),
                                                new CreatePartitionsTopic()
                                                        .name("b")
                                                        .count(2)
                                                        .assignments(
                                                                List.of(
                                                                        new CreatePartitionsAssignment()
                                                                                .brokerIds(
                                                                                        List.of(
                                                                                                1)))),
                                                new CreatePartitionsTopic()
                                                        .name("c")
                                                        .count(2)
                                                        .assignments(null),
                                                new CreatePartitionsTopic()
                                                        .name("hidden")
                                                        .count(2)
                                                        .assignments(null))));
        assertThat(response.results())
                .extracting(result -> result.name() + " " + ErrorCode.of(result.errorCode()))
                .containsExactly(
                        "a NONE",
                        "b NONE",
                        "c UNKNOWN_TOPIC_OR_PARTITION",
                        "hidden TOPIC_AUTHORIZATION_FAILED");
        assertThat(apis.cluster.image().partitionCount()).isEqualTo(6);
    }
}
