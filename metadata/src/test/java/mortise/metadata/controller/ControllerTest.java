package mortise.metadata.controller;

import static mortise.metadata.controller.TestAssembly.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.api.RefusedException;
import mortise.api.TopicId;
import mortise.api.config.Config;
import mortise.metadata.BrokerImage;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageDelta;
import mortise.metadata.MetadataRecords;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import mortise.metadata.config.BrokerConfigs;
import mortise.metadata.controller.ControllerCommand.AllocateProducerIds;
import mortise.metadata.controller.ControllerCommand.AlterConfigs;
import mortise.metadata.controller.ControllerCommand.ConfigAlteration;
import mortise.metadata.controller.ControllerCommand.ConfigChange;
import mortise.metadata.controller.ControllerCommand.CreatePartitions;
import mortise.metadata.controller.ControllerCommand.CreateTopics;
import mortise.metadata.controller.ControllerCommand.CreatedTopic;
import mortise.metadata.controller.ControllerCommand.DeleteTopics;
import mortise.metadata.controller.ControllerCommand.DeletedTopic;
import mortise.metadata.controller.ControllerCommand.ImportTopics;
import mortise.metadata.controller.ControllerCommand.ImportedTopic;
import mortise.metadata.controller.ControllerCommand.MorePartitions;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.metadata.controller.ControllerCommand.ProducerIdBlock;
import mortise.metadata.controller.ControllerCommand.RegisterBroker;
import mortise.metadata.controller.ControllerCommand.TopicRef;
import mortise.metadata.controller.ControllerCommand.TopicVerdict;
import mortise.metadata.controller.ControllerCommand.UnfenceBroker;
import mortise.metadata.record.FeatureLevelRecord;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.PartitionChangeRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The controller as a pure function: no thread, no quorum, no clock. */
class ControllerTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;

    private Controller controller = controller(Map.of());
    private ClusterImage state = ClusterImage.EMPTY;

    private static Controller controller(Map<String, String> config) {
        Config read = Config.of(TestAssembly.SCHEMA, config);
        return new Controller(
                new BrokerConfigs(1, read, TestAssembly.STORE),
                read,
                TestAssembly.SPREAD,
                new SplittableRandom(3));
    }

    private <R> R apply(ControllerCommand<R> command) {
        Decision<R> decision = controller.decide(state, command);
        state = ImageDelta.replay(state, state.index() + 1, decision.records());
        return decision.reply();
    }

    private void brokers(int... ids) {
        for (int id : ids) {
            long epoch = apply(register(id, "cluster"));
            apply(new UnfenceBroker(id, epoch));
        }
    }

    private static RegisterBroker register(int id, String cluster) {
        return new RegisterBroker(
                cluster,
                id,
                new UUID(0, id),
                null,
                List.of(new BrokerImage.Endpoint("PLAINTEXT", new HostPort("host" + id, 9092))));
    }

    private CreatedTopic create(NewTopic topic) {
        return apply(new CreateTopics(List.of(topic), false)).getFirst();
    }

    private TopicImage present(String name) {
        TopicImage topic = state.topic(name);
        if (topic == null) {
            throw new AssertionError("no topic " + name);
        }
        return topic;
    }

    @SafeVarargs
    private static NewTopic assigned(String name, List<Integer>... replicas) {
        Map<Integer, List<Integer>> assignments = new HashMap<>();
        for (int i = 0; i < replicas.length; i++) {
            assignments.put(i, replicas[i]);
        }
        return new NewTopic(name, -1, -1, assignments, Map.of());
    }

    private static NewTopic sized(String name, int partitions, int replicationFactor) {
        return new NewTopic(name, partitions, replicationFactor, Map.of(), Map.of());
    }

    static Stream<Arguments> refusedTopics() {
        return Stream.of(
                Arguments.of(topic("", 1), ErrorCode.INVALID_TOPIC_EXCEPTION, "empty"),
                Arguments.of(topic(".", 1), ErrorCode.INVALID_TOPIC_EXCEPTION, "path"),
                Arguments.of(topic("..", 1), ErrorCode.INVALID_TOPIC_EXCEPTION, "path"),
                Arguments.of(topic("a b", 1), ErrorCode.INVALID_TOPIC_EXCEPTION, "contains ' '"),
                Arguments.of(topic("a/b", 1), ErrorCode.INVALID_TOPIC_EXCEPTION, "contains '/'"),
                Arguments.of(topic("ä", 1), ErrorCode.INVALID_TOPIC_EXCEPTION, "ASCII"),
                Arguments.of(
                        topic("x".repeat(250), 1),
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        "250 characters"),
                Arguments.of(
                        topic("there.it_is", 1), ErrorCode.TOPIC_ALREADY_EXISTS, "already exists"),
                Arguments.of(
                        topic("there_it.is", 1),
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        "collides with existing topic 'there.it_is'"),
                Arguments.of(sized("t", 0, -1), ErrorCode.INVALID_PARTITIONS, "0 partitions"),
                Arguments.of(sized("t", -2, -1), ErrorCode.INVALID_PARTITIONS, "-2 partitions"),
                Arguments.of(
                        sized("t", 1, 0),
                        ErrorCode.INVALID_REPLICATION_FACTOR,
                        "replication factor 0"),
                Arguments.of(
                        sized("t", 1, 4),
                        ErrorCode.INVALID_REPLICATION_FACTOR,
                        "only 3 broker(s) are live"),
                Arguments.of(
                        sized("t", 10_001, -1),
                        ErrorCode.POLICY_VIOLATION,
                        "controller.max-partitions-per-request"),
                Arguments.of(
                        assigned("t", List.of(1, 9)),
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "no broker 9"),
                Arguments.of(
                        assigned("t", List.of(1, 1)),
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "twice"),
                Arguments.of(
                        assigned("t", List.of()),
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "no replicas"),
                Arguments.of(
                        assigned("t", List.of(1, 2), List.of(1)),
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "2 and 1 replicas"),
                Arguments.of(
                        assigned("t", List.of(4)), ErrorCode.INVALID_REPLICA_ASSIGNMENT, "is live"),
                Arguments.of(
                        new NewTopic("t", -1, -1, Map.of(0, List.of(1), 2, List.of(1)), Map.of()),
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "not partition 1"),
                Arguments.of(
                        new NewTopic("t", 1, -1, Map.of(0, List.of(1)), Map.of()),
                        ErrorCode.INVALID_REQUEST,
                        "must be -1"),
                Arguments.of(
                        new NewTopic("t", -1, 1, Map.of(0, List.of(1)), Map.of()),
                        ErrorCode.INVALID_REQUEST,
                        "must be -1"),
                Arguments.of(
                        topic("t", 1, "retention.m=1"),
                        ErrorCode.INVALID_CONFIG,
                        "did you mean retention.ms"),
                Arguments.of(
                        topic("t", 1, "retention.ms=-2"), ErrorCode.INVALID_CONFIG, "at least -1"),
                Arguments.of(
                        topic("t", 1, "cleanup.policy=compact"),
                        ErrorCode.INVALID_CONFIG,
                        "capability compaction"),
                Arguments.of(
                        topic("t", 1, "remote.storage.enable=true"),
                        ErrorCode.INVALID_CONFIG,
                        "no tier"));
    }

    @ParameterizedTest
    @MethodSource("refusedTopics")
    void topicsThatCannotBeAreRefusedWithTheReason(NewTopic topic, ErrorCode error, String reason) {
        brokers(1, 2, 3);
        apply(register(4, "cluster"));
        create(topic("there.it_is", 1));

        CreatedTopic created = create(topic);

        assertThat(created.verdict().error()).isEqualTo(error);
        assertThat(created.verdict().message()).contains(reason);
        assertThat(state.topicCount()).isEqualTo(1);
    }

    @Test
    void aNullConfigValueIsRefused() {
        brokers(1);
        Map<String, @Nullable String> configs = new HashMap<>();
        configs.put("retention.ms", null);
        assertThat(create(new NewTopic("t", 1, 1, Map.of(), configs)).verdict().error())
                .isEqualTo(ErrorCode.INVALID_CONFIG);
    }

    @Test
    void aTopicGetsItsShapeItsConfigsAndAnId() {
        brokers(1);
        CreatedTopic created =
                create(topic("orders", 3, "retention.ms= 1000 ", "cleanup.policy=delete,delete"));

        assertThat(created.verdict().accepted()).isTrue();
        assertThat(created.partitions()).isEqualTo(3);
        assertThat(created.replicationFactor()).isEqualTo(1);
        TopicImage topic = present("orders");
        assertThat(topic.id()).isEqualTo(created.id()).isNotEqualTo(TopicId.NONE);
        assertThat(topic.configs())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("retention.ms", "1000", "cleanup.policy", "delete"));
        assertThat(topic.partitions())
                .containsExactly(
                        new PartitionImage(0, List.of(1), List.of(1), 1, 0, 0),
                        new PartitionImage(1, List.of(1), List.of(1), 1, 0, 0),
                        new PartitionImage(2, List.of(1), List.of(1), 1, 0, 0));
        assertThat(created.configs())
                .filteredOn(entry -> entry.name().equals("retention.ms"))
                .first()
                .satisfies(entry -> assertThat(entry.value()).isEqualTo("1000"));
    }

    @Test
    void replicasSpreadOverLiveBrokersAndLeadersToo() {
        brokers(1, 2, 3);
        create(sized("spread", 6, 2));
        int[] leads = new int[4];
        int[] holds = new int[4];
        for (PartitionImage partition : present("spread").partitions()) {
            assertThat(partition.replicas())
                    .hasSize(2)
                    .doesNotHaveDuplicates()
                    .first()
                    .isEqualTo(partition.leader());
            leads[partition.leader()]++;
            partition.replicas().forEach(replica -> holds[replica]++);
        }
        assertThat(leads).containsExactly(0, 2, 2, 2);
        assertThat(holds).containsExactly(0, 4, 4, 4);
    }

    @Test
    void defaultsOfTheBrokerCountAndCanBeAlteredWhileItRuns() {
        controller = controller(Map.of("num.partitions", "2"));
        brokers(1);
        assertThat(create(sized("a", -1, -1)).partitions()).isEqualTo(2);
        apply(new AlterConfigs(List.of(alteration(BROKER, "", set("num.partitions", "5"))), false));
        assertThat(create(sized("b", -1, -1)).partitions()).isEqualTo(5);
        apply(
                new AlterConfigs(
                        List.of(alteration(BROKER, "1", set("topics.default-partitions", "7"))),
                        false));
        assertThat(create(sized("c", -1, -1)).partitions()).isEqualTo(7);
    }

    @Test
    void oneRefusedTopicDoesNotRefuseTheOthersAndCollisionsCountWithinARequest() {
        brokers(1);
        List<CreatedTopic> created =
                apply(
                        new CreateTopics(
                                List.of(
                                        topic("a.b", 1),
                                        topic("a_b", 1),
                                        topic("c", 1),
                                        topic("c", 2)),
                                false));
        assertThat(created)
                .extracting(topic -> topic.verdict().error())
                .containsExactly(
                        ErrorCode.NONE,
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        ErrorCode.NONE,
                        ErrorCode.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void thePartitionsOfARequestAreBoundedTogether() {
        controller = controller(Map.of("controller.max-partitions-per-request", "10"));
        brokers(1);
        List<CreatedTopic> created =
                apply(
                        new CreateTopics(
                                List.of(topic("a", 6), topic("b", 5), topic("c", 4)), false));
        assertThat(created)
                .extracting(topic -> topic.verdict().error())
                .containsExactly(ErrorCode.NONE, ErrorCode.POLICY_VIOLATION, ErrorCode.NONE);
    }

    @Test
    void validationChangesNothing() {
        brokers(1);
        ClusterImage before = state;
        assertThat(
                        apply(new CreateTopics(List.of(topic("a", 1)), true))
                                .getFirst()
                                .verdict()
                                .accepted())
                .isTrue();
        assertThat(state).isEqualTo(before);
        create(topic("a", 1));
        before = state;
        assertThat(
                        apply(new CreatePartitions(List.of(new MorePartitions("a", 2, null)), true))
                                .getFirst()
                                .verdict()
                                .accepted())
                .isTrue();
        assertThat(
                        apply(
                                        new AlterConfigs(
                                                List.of(
                                                        alteration(
                                                                TOPIC,
                                                                "a",
                                                                set("segment.ms", "5"))),
                                                true))
                                .getFirst()
                                .accepted())
                .isTrue();
        assertThat(state).isEqualTo(before);
    }

    @Test
    void topicsAreDeletedByNameOrIdAndTheirNamesAreFreeAgain() {
        brokers(1);
        TopicId first = create(topic("a.x", 1, "segment.ms=5")).id();
        TopicId second = create(topic("b", 1)).id();
        List<DeletedTopic> deleted =
                apply(
                        new DeleteTopics(
                                List.of(
                                        new TopicRef("a.x", TopicId.NONE),
                                        new TopicRef(null, second),
                                        new TopicRef("nope", TopicId.NONE),
                                        new TopicRef(null, new TopicId(new UUID(5, 5))))));
        assertThat(deleted)
                .extracting(topic -> topic.verdict().error())
                .containsExactly(
                        ErrorCode.NONE,
                        ErrorCode.NONE,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        ErrorCode.UNKNOWN_TOPIC_ID);
        assertThat(deleted.get(1).name()).isEqualTo("b");
        assertThat(state.topicCount()).isZero();
        assertThat(state.partitionCount()).isZero();
        assertThat(state.removedTopics()).containsExactly(first, second);
        assertThat(create(topic("a_x", 1)).verdict().accepted()).isTrue();
        assertThat(present("a_x").configs()).isEmpty();
    }

    @Test
    void deletionCanBeTurnedOff() {
        brokers(1);
        create(topic("a", 1));
        apply(
                new AlterConfigs(
                        List.of(alteration(BROKER, "", set("delete.topic.enable", "false"))),
                        false));
        assertThat(
                        apply(new DeleteTopics(List.of(new TopicRef("a", TopicId.NONE))))
                                .getFirst()
                                .verdict()
                                .error())
                .isEqualTo(ErrorCode.TOPIC_DELETION_DISABLED);
    }

    static Stream<Arguments> refusedPartitions() {
        return Stream.of(
                Arguments.of("nope", 2, null, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
                Arguments.of("t", 2, null, ErrorCode.INVALID_PARTITIONS),
                Arguments.of("t", 1, null, ErrorCode.INVALID_PARTITIONS),
                Arguments.of("t", 20_000, null, ErrorCode.POLICY_VIOLATION),
                Arguments.of("t", 4, List.of(List.of(1)), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
                Arguments.of("t", 3, List.of(List.of(1, 2)), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
                Arguments.of("t", 3, List.of(List.of(7)), ErrorCode.INVALID_REPLICA_ASSIGNMENT));
    }

    @ParameterizedTest
    @MethodSource("refusedPartitions")
    void partitionsThatCannotBeAddedAreRefused(
            String topic, int count, @Nullable List<List<Integer>> assignments, ErrorCode error) {
        brokers(1, 2);
        create(sized("t", 2, 1));
        assertThat(
                        apply(
                                        new CreatePartitions(
                                                List.of(
                                                        new MorePartitions(
                                                                topic, count, assignments)),
                                                false))
                                .getFirst()
                                .verdict()
                                .error())
                .isEqualTo(error);
    }

    @Test
    void partitionsAreAddedAfterThoseThatAreThere() {
        brokers(1, 2);
        create(sized("t", 1, 1));
        apply(
                new CreatePartitions(
                        List.of(new MorePartitions("t", 3, List.of(List.of(2), List.of(1)))),
                        false));
        apply(new CreatePartitions(List.of(new MorePartitions("t", 5, null)), false));
        assertThat(present("t").partitions())
                .extracting(PartitionImage::partition)
                .containsExactly(0, 1, 2, 3, 4);
        assertThat(present("t").partitions().get(1).leader()).isEqualTo(2);
        assertThat(state.partitionCount()).isEqualTo(5);
    }

    private static ConfigAlteration alteration(byte type, String name, ConfigChange... changes) {
        return new ConfigAlteration(type, name, false, List.of(changes));
    }

    private static ConfigChange set(String name, @Nullable String value) {
        return new ConfigChange(name, ConfigChange.SET, value);
    }

    private static ConfigChange change(String name, int operation, @Nullable String value) {
        return new ConfigChange(name, (byte) operation, value);
    }

    static Stream<Arguments> refusedAlterations() {
        return Stream.of(
                Arguments.of(
                        alteration(TOPIC, "nope", set("segment.ms", "5")),
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "does not exist"),
                Arguments.of(
                        alteration(TOPIC, "a b", set("segment.ms", "5")),
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        "contains ' '"),
                Arguments.of(
                        alteration(TOPIC, "", set("segment.ms", "5")),
                        ErrorCode.INVALID_REQUEST,
                        "defaults of all topics"),
                Arguments.of(
                        alteration(TOPIC, "t", set("segment.mss", "5")),
                        ErrorCode.INVALID_CONFIG,
                        "did you mean segment.ms"),
                Arguments.of(
                        alteration(TOPIC, "t", set("segment.ms", "x")),
                        ErrorCode.INVALID_CONFIG,
                        "not a 64-bit integer"),
                Arguments.of(
                        alteration(TOPIC, "t", set("segment.ms", null)),
                        ErrorCode.INVALID_REQUEST,
                        "Null value"),
                Arguments.of(
                        alteration(TOPIC, "t", change("segment.ms", 2, "5")),
                        ErrorCode.INVALID_CONFIG,
                        "not LIST"),
                Arguments.of(
                        alteration(TOPIC, "t", change("segment.ms", 9, "5")),
                        ErrorCode.INVALID_REQUEST,
                        "operation type 9"),
                Arguments.of(
                        alteration(TOPIC, "t", change("cleanup.policy", 2, "compact")),
                        ErrorCode.INVALID_CONFIG,
                        "compaction"),
                Arguments.of(
                        alteration(TOPIC, "t", set("segment.ms", "5"), set("segment.ms", "6")),
                        ErrorCode.INVALID_REQUEST,
                        "twice"),
                Arguments.of(
                        alteration(BROKER, "9", set("log.retention.ms", "5")),
                        ErrorCode.INVALID_REQUEST,
                        "Unexpected broker id"),
                Arguments.of(
                        alteration(BROKER, "x", set("log.retention.ms", "5")),
                        ErrorCode.INVALID_REQUEST,
                        "must be an integer"),
                Arguments.of(
                        alteration(BROKER, "1", set("log.bogus", "5")),
                        ErrorCode.INVALID_CONFIG,
                        "Unknown broker config"),
                Arguments.of(
                        alteration(BROKER, "1", set("connections.max.idle.ms", "5")),
                        ErrorCode.INVALID_REQUEST,
                        "net.idle"),
                Arguments.of(
                        alteration(BROKER, "1", set("log.segment.bytes", "13")),
                        ErrorCode.INVALID_REQUEST,
                        "at least 1048576"),
                Arguments.of(
                        alteration(BROKER, "", set("log.cleanup.policy", "compact")),
                        ErrorCode.INVALID_REQUEST,
                        "compaction"),
                Arguments.of(
                        alteration((byte) 8, "1", set("root", "DEBUG")),
                        ErrorCode.INVALID_REQUEST,
                        "Log levels"),
                Arguments.of(
                        alteration((byte) 16, "m", set("interval.ms", "5")),
                        ErrorCode.INVALID_REQUEST,
                        "Client metrics"),
                Arguments.of(
                        alteration((byte) 32, "g", set("x", "5")),
                        ErrorCode.INVALID_REQUEST,
                        "Group"),
                Arguments.of(
                        alteration((byte) 1, "g", set("x", "5")),
                        ErrorCode.INVALID_REQUEST,
                        "Resource type 1"));
    }

    @ParameterizedTest
    @MethodSource("refusedAlterations")
    void alterationsThatCannotBeAreRefusedAsAWhole(
            ConfigAlteration alteration, ErrorCode error, String reason) {
        brokers(1);
        create(topic("t", 1, "retention.ms=7"));
        ClusterImage before = state;
        List<ConfigChange> changes = new ArrayList<>();
        if (alteration.resourceType() == TOPIC && alteration.changes().size() == 1) {
            changes.add(set("max.message.bytes", "99"));
        }
        changes.addAll(alteration.changes());
        Verdict verdict =
                apply(
                                new AlterConfigs(
                                        List.of(
                                                new ConfigAlteration(
                                                        alteration.resourceType(),
                                                        alteration.resourceName(),
                                                        false,
                                                        changes)),
                                        false))
                        .getFirst();
        assertThat(verdict.error()).isEqualTo(error);
        assertThat(verdict.message()).contains(reason);
        assertThat(state).isEqualTo(before);
    }

    @Test
    void valuesAreSetDeletedAppendedAndSubtracted() {
        brokers(1);
        create(topic("t", 1, "retention.ms=7", "segment.ms=8"));
        apply(
                new AlterConfigs(
                        List.of(
                                alteration(
                                        TOPIC,
                                        "t",
                                        set("retention.ms", "9"),
                                        change("segment.ms", 1, null),
                                        change("cleanup.policy", 2, "delete"))),
                        false));
        assertThat(present("t").configs())
                .isEqualTo(Map.of("retention.ms", "9", "cleanup.policy", "delete"));
        apply(
                new AlterConfigs(
                        List.of(alteration(TOPIC, "t", change("cleanup.policy", 3, "delete"))),
                        false));
        assertThat(present("t").configs()).containsEntry("cleanup.policy", "");
    }

    @Test
    void replacingForgetsWhatIsNotMentioned() {
        brokers(1);
        create(topic("t", 1, "retention.ms=7", "segment.ms=8"));
        apply(
                new AlterConfigs(
                        List.of(
                                new ConfigAlteration(
                                        TOPIC, "t", true, List.of(set("segment.ms", "9")))),
                        false));
        assertThat(present("t").configs()).isEqualTo(Map.of("segment.ms", "9"));
    }

    @Test
    void brokerValuesAreKeptUnderTheNamesOfKafka() {
        brokers(1);
        apply(
                new AlterConfigs(
                        List.of(alteration(BROKER, "", set("topic-defaults.retention-ms", "5"))),
                        false));
        assertThat(state.brokerConfigs("")).isEqualTo(Map.of("log.retention.ms", "5"));
        apply(
                new AlterConfigs(
                        List.of(alteration(BROKER, "", change("log.retention.ms", 1, null))),
                        false));
        assertThat(state.brokerConfigs("")).isEmpty();
    }

    @Test
    void anUnchangedValueNeedsNoRecord() {
        brokers(1);
        create(topic("t", 1, "retention.ms=7"));
        assertThat(
                        controller
                                .decide(
                                        state,
                                        new AlterConfigs(
                                                List.of(
                                                        alteration(
                                                                TOPIC,
                                                                "t",
                                                                set("retention.ms", "7"))),
                                                false))
                                .records())
                .isEmpty();
    }

    @Test
    void aNewRunOfABrokerBeginsANewLeaderEpochWhereItLeads() {
        brokers(1, 2);
        create(assignedOne("mine", 1));
        create(assignedOne("theirs", 2));
        long epoch = apply(register(1, "cluster"));
        assertThat(epoch).isEqualTo(2);
        assertThat(state.isLive(1)).isFalse();
        assertThat(present("mine").partitions().getFirst().leaderEpoch()).isEqualTo(1);
        assertThat(present("mine").partitions().getFirst().partitionEpoch()).isEqualTo(1);
        assertThat(present("theirs").partitions().getFirst().leaderEpoch()).isZero();
        assertThat(controller.decide(state, register(2, "cluster")).records())
                .filteredOn(record -> record instanceof PartitionChangeRecord)
                .hasSize(1);
    }

    @Test
    void aBrokerThatIsAloneRaisesTheFormOfTheMetadata() {
        brokers(1);
        assertThat(state.metadataLevel()).isEqualTo(MetadataRecords.FEATURE_LEVEL);
        ClusterImage fresh = state;
        MetadataRecord old =
                new FeatureLevelRecord()
                        .name(MetadataRecords.FEATURE)
                        .level(MetadataRecords.LEAST_FEATURE_LEVEL);
        state = ImageDelta.replay(state, state.index() + 1, List.of(old));

        apply(register(1, "cluster"));

        assertThat(state.metadataLevel()).isEqualTo(MetadataRecords.FEATURE_LEVEL);
        state = ImageDelta.replay(fresh, fresh.index() + 1, List.of(old));
        apply(register(2, "cluster"));
        assertThat(state.metadataLevel())
                .as("another broker may not read it")
                .isEqualTo(MetadataRecords.LEAST_FEATURE_LEVEL);
    }

    private static NewTopic assignedOne(String name, int broker) {
        return new NewTopic(name, -1, -1, Map.of(0, List.of(broker)), Map.of());
    }

    @Test
    void dataOfAnotherClusterIsRefused() {
        brokers(1);
        assertThatThrownBy(() -> apply(register(2, "other")))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("other")
                .hasMessageContaining("cluster")
                .extracting(refused -> ((RefusedException) refused).error())
                .isEqualTo(ErrorCode.INCONSISTENT_CLUSTER_ID);
    }

    @Test
    void onlyTheLatestRegistrationIsUnfenced() {
        brokers(1);
        apply(register(1, "cluster"));
        assertThatThrownBy(() -> apply(new UnfenceBroker(1, 1)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("register again");
        apply(new UnfenceBroker(1, 2));
        assertThat(state.isLive(1)).isTrue();
        assertThat(controller.decide(state, new UnfenceBroker(1, 2)).records()).isEmpty();
    }

    @Test
    void producerIdBlocksNeverOverlap() {
        brokers(1, 2);
        assertThat(apply(new AllocateProducerIds(1))).isEqualTo(new ProducerIdBlock(0, 1_000));
        assertThat(apply(new AllocateProducerIds(2))).isEqualTo(new ProducerIdBlock(1_000, 1_000));
        assertThat(apply(new AllocateProducerIds(1))).isEqualTo(new ProducerIdBlock(2_000, 1_000));
        assertThatThrownBy(() -> apply(new AllocateProducerIds(3)))
                .isInstanceOf(RefusedException.class);
    }

    private static ImportedTopic imported(String name, long id, Integer... epochs) {
        return new ImportedTopic(
                name,
                new TopicId(new UUID(7, id)),
                List.of(epochs),
                Map.of("retention.ms", "1000"));
    }

    private List<TopicVerdict> importTopics(ImportedTopic... topics) {
        return apply(new ImportTopics(1, List.of(topics), 5_000));
    }

    @Test
    void importedTopicsKeepTheirIdsEpochsAndConfigurations() {
        brokers(1);

        assertThat(importTopics(imported("orders", 1, 5, 9), imported("bills", 2, 0)))
                .allMatch(reply -> reply.verdict().accepted());

        TopicImage orders = present("orders");
        assertThat(orders.id()).isEqualTo(new TopicId(new UUID(7, 1)));
        assertThat(orders.configs()).isEqualTo(Map.of("retention.ms", "1000"));
        assertThat(orders.partitions())
                .containsExactly(
                        new PartitionImage(0, List.of(1), List.of(1), 1, 5, 0),
                        new PartitionImage(1, List.of(1), List.of(1), 1, 9, 0));
        assertThat(present("bills").partitions()).hasSize(1);
        assertThat(apply(new AllocateProducerIds(1)).first()).as("producer IDs").isEqualTo(5_000);
    }

    @Test
    void aTopicThatWasImportedBeforeCountsAsDone() {
        brokers(1);
        importTopics(imported("orders", 1, 5));
        ClusterImage before = state;

        assertThat(
                        controller.decide(
                                state,
                                new ImportTopics(1, List.of(imported("orders", 1, 7)), 5_000)))
                .as("the second time")
                .satisfies(decision -> {
                    assertThat(decision.records()).as("records").isEmpty();
                    assertThat(decision.reply().getFirst().verdict().accepted())
                            .as("accepted")
                            .isTrue();
                });
        assertThat(state).as("the state").isEqualTo(before);
    }

    @Test
    void importedTopicsThatCannotBeAreRefusedOneByOne() {
        brokers(1);
        create(sized("orders", 1, 1));
        importTopics(imported("bills", 2, 0));

        assertThat(
                        importTopics(
                                imported("orders", 1, 0),
                                imported("other", 2, 0),
                                imported("bad name", 3, 0),
                                new ImportedTopic(
                                        "bad.config",
                                        new TopicId(new UUID(7, 4)),
                                        List.of(0),
                                        Map.of("retention.ms", "soon")),
                                imported("good", 5, 0)))
                .extracting(reply -> reply.verdict().error())
                .containsExactly(
                        ErrorCode.TOPIC_ALREADY_EXISTS,
                        ErrorCode.TOPIC_ALREADY_EXISTS,
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        ErrorCode.INVALID_CONFIG,
                        ErrorCode.NONE);
        assertThatThrownBy(() -> apply(new ImportTopics(2, List.of(imported("more", 6, 0)), 0)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("not registered");
    }
}
