package mortise.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.TopicId;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageDelta;
import mortise.metadata.ImageRecords;
import mortise.metadata.config.ConfigResource;
import mortise.metadata.controller.ControllerCommand.AlterConfigs;
import mortise.metadata.controller.ControllerCommand.ConfigAlteration;
import mortise.metadata.controller.ControllerCommand.ConfigChange;
import mortise.metadata.controller.ControllerCommand.CreatePartitions;
import mortise.metadata.controller.ControllerCommand.CreateTopics;
import mortise.metadata.controller.ControllerCommand.CreatedTopic;
import mortise.metadata.controller.ControllerCommand.DeleteTopics;
import mortise.metadata.controller.ControllerCommand.MorePartitions;
import mortise.metadata.controller.ControllerCommand.NewTopic;
import mortise.metadata.controller.ControllerCommand.TopicRef;
import mortise.metadata.controller.Verdict;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.metadata.record.TopicRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What strangers can make the cluster's metadata grow to, and what is answered there. */
class ControllerBoundsTest {
    private static List<CreatedTopic> create(TestCluster cluster, String name, int partitions) {
        return cluster.submit(
                new CreateTopics(List.of(TestCluster.topic(name, partitions)), false));
    }

    private static Verdict grow(TestCluster cluster, String name, int partitions) {
        return cluster.submit(
                        new CreatePartitions(
                                List.of(new MorePartitions(name, partitions, null)), false))
                .getFirst()
                .verdict();
    }

    private static List<NewTopic> unnamed(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new NewTopic("asked-" + i, -1, -1, Map.of(), Map.of()))
                .toList();
    }

    @Test
    void theClusterHasAtMostSoManyPartitions() {
        TestCluster cluster = TestCluster.started(Map.of("controller.max-partitions", "10"));
        cluster.create("a", 6);
        assertThat(create(cluster, "b", 5).getFirst().verdict())
                .isEqualTo(
                        new Verdict(
                                ErrorCode.POLICY_VIOLATION,
                                "Topic 'b' asks for 5 partitions, and the cluster has 6 of at most 10 (controller.max-partitions); delete topics, or raise it"));
        assertThat(create(cluster, "c", 4).getFirst().verdict().accepted()).isTrue();
        assertThat(grow(cluster, "a", 7).error()).isEqualTo(ErrorCode.POLICY_VIOLATION);
        assertThat(cluster.image().partitionCount()).isEqualTo(10);

        cluster.submit(new DeleteTopics(List.of(new TopicRef("c", TopicId.NONE))));

        assertThat(grow(cluster, "a", 7).accepted()).isTrue();
    }

    @Test
    void theTopicsOfOneRequestAreCountedTogether() {
        TestCluster cluster = TestCluster.started(Map.of("controller.max-partitions", "10"));
        cluster.create("a", 1);
        cluster.create("b", 1);
        assertThat(
                        cluster.submit(
                                new CreatePartitions(
                                        List.of(
                                                new MorePartitions("a", 6, null),
                                                new MorePartitions("b", 5, null)),
                                        false)))
                .extracting(topic -> topic.verdict().error())
                .containsExactly(ErrorCode.NONE, ErrorCode.POLICY_VIOLATION);
        assertThat(
                        cluster.submit(
                                new CreateTopics(
                                        List.of(
                                                TestCluster.topic("c", 2),
                                                TestCluster.topic("d", 2)),
                                        false)))
                .extracting(topic -> topic.verdict().error())
                .containsExactly(ErrorCode.NONE, ErrorCode.POLICY_VIOLATION);
    }

    @Test
    void topicsThatAreOnlyAskedForAreCreatedUpToABound() {
        TestCluster cluster = TestCluster.started(Map.of("topics.auto-create-max-partitions", "5"));
        cluster.create("mine", 3);

        List<CreatedTopic> asked = cluster.submit(CreateTopics.automatically(unnamed(1_000)));

        assertThat(asked.stream().filter(topic -> topic.verdict().accepted())).hasSize(2);
        assertThat(asked.getLast().verdict())
                .isEqualTo(
                        new Verdict(
                                ErrorCode.POLICY_VIOLATION,
                                "Topic 'asked-999' is not there and not created by itself: the cluster has 5 partitions, topics that clients only ask for are created up to 5 (topics.auto-create-max-partitions); create it"));
        // whoever says that a topic is wanted gets it
        cluster.create("also-mine", 3);
        assertThat(cluster.image().partitionCount()).isEqualTo(8);
    }

    @Test
    void aConfigurationsTextIsBounded() {
        TestCluster cluster = TestCluster.started(Map.of("controller.max-config-length", "1024"));
        cluster.create("t", 1);

        Verdict refused = alter(cluster, "delete" + " ".repeat(1_019));

        assertThat(refused.error()).isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(refused.message())
                .isEqualTo(
                        "Invalid value for configuration cleanup.policy: it would have 1025 characters; at most 1024 are accepted (controller.max-config-length)");
        assertThat(alter(cluster, "delete" + " ".repeat(1_018)).accepted()).isTrue();
    }

    @Test
    void whatIsCreatedChangedAndDeletedInALoopLeavesNothing() {
        TestCluster cluster = TestCluster.started();
        cluster.create("t", 1);
        List<MetadataRecord> before = withoutRemovals(cluster);
        for (int i = 0; i < 500; i++) {
            cluster.create("loop", 3);
            alter(cluster, i % 2 == 0 ? "delete" : "");
            cluster.submit(new DeleteTopics(List.of(new TopicRef("loop", TopicId.NONE))));
        }
        alter(cluster, null);

        assertThat(withoutRemovals(cluster)).isEqualTo(before);
        assertThat(cluster.timers.pending()).isZero();
    }

    private static List<MetadataRecord> withoutRemovals(TestCluster cluster) {
        return ImageRecords.of(cluster.image()).stream()
                .filter(message -> !(message instanceof RemoveTopicRecord))
                .toList();
    }

    @Test
    void removedTopicsAreRememberedUpToABound() {
        int topics = ClusterImage.REMEMBERED_REMOVALS + 100;
        List<TopicId> ids =
                IntStream.range(0, topics).mapToObj(i -> new TopicId(new UUID(1, i + 1))).toList();
        List<MetadataRecord> records = new ArrayList<>();
        for (int i = 0; i < topics; i++) {
            records.add(new TopicRecord().name("t" + i).topicId(ids.get(i).value()));
            records.add(new RemoveTopicRecord().topicId(ids.get(i).value()));
        }

        ClusterImage image = ImageDelta.replay(ClusterImage.EMPTY, 1, records);

        assertThat(image.removedTopics()).isEqualTo(ids.subList(100, topics));
    }

    /** Sets the topic's policy, or goes back to the default. */
    private static Verdict alter(TestCluster cluster, @Nullable String value) {
        byte operation = value == null ? ConfigChange.DELETE : ConfigChange.SET;
        return cluster.submit(
                        new AlterConfigs(
                                List.of(
                                        new ConfigAlteration(
                                                ConfigResource.TOPIC.code(),
                                                "t",
                                                false,
                                                List.of(
                                                        new ConfigChange(
                                                                "cleanup.policy",
                                                                operation,
                                                                value)))),
                                false))
                .getFirst();
    }

    @Test
    void producersThatWaitForAnIdAreBounded() {
        TestCluster cluster = TestCluster.started();
        cluster.quorum.hold();
        ProducerIds ids =
                new ProducerIds(TestCluster.NODE, cluster.loop, Duration.ofMinutes(1), 100);
        List<CompletionStage<Long>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(ids.next());
        }

        CompletionStage<Long> tooMany = ids.next();

        assertThat(waiting).noneMatch(id -> id.toCompletableFuture().isDone());
        assertThatThrownBy(() -> cluster.await(tooMany))
                .cause()
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("controller.max-waiting-producers");
        cluster.quorum.commitHeld();
        cluster.run();
        assertThat(waiting).allMatch(id -> id.toCompletableFuture().isDone());
    }
}
