package mortise.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageDelta;
import mortise.metadata.ImageRecords;
import mortise.metadata.MetadataRecords;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import mortise.metadata.TopicSettings;
import mortise.metadata.controller.ControllerCommand;
import mortise.metadata.controller.ControllerCommand.AlterConfigs;
import mortise.metadata.controller.ControllerCommand.ConfigAlteration;
import mortise.metadata.controller.ControllerCommand.ConfigChange;
import mortise.metadata.controller.ControllerCommand.CreatePartitions;
import mortise.metadata.controller.ControllerCommand.DeleteTopics;
import mortise.metadata.controller.ControllerCommand.MorePartitions;
import mortise.metadata.controller.ControllerCommand.TopicRef;
import mortise.metadata.controller.Verdict;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import org.junit.jupiter.api.Test;

/** The way from committed records to partitions. */
class MetadataPublisherTest {
    private static void alter(
            TestCluster cluster, int type, String resource, String name, String value) {
        Verdict verdict =
                cluster.submit(
                                new AlterConfigs(
                                        List.of(
                                                new ConfigAlteration(
                                                        (byte) type,
                                                        resource,
                                                        false,
                                                        List.of(
                                                                new ConfigChange(
                                                                        name,
                                                                        ConfigChange.SET,
                                                                        value)))),
                                        false))
                        .getFirst();
        assertThat(verdict).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void aBrokerEntersItsClusterAndIsLive() {
        TestCluster cluster = TestCluster.fresh(Map.of("broker.rack", "r7"), TestCluster.STORE);
        assertThat(cluster.image().brokers()).isEmpty();
        cluster.enter();
        assertThat(cluster.image().isLive(1)).isTrue();
        assertThat(cluster.image().clusterId()).isEqualTo("test-cluster");
        assertThat(cluster.image().brokers().get(1))
                .satisfies(broker -> assertThat(broker.rack()).isEqualTo("r7"));
        assertThat(cluster.image().features()).isEqualTo(Map.of("mortise.metadata", (short) 2));
    }

    @Test
    void partitionsFollowTheImage() {
        TestCluster cluster = TestCluster.started();
        cluster.create("t", 2, "segment.ms=50");
        cluster.submit(new CreatePartitions(List.of(new MorePartitions("t", 3, null)), false));
        alter(cluster, 2, "t", "segment.ms", "60");
        alter(cluster, 2, "t", "min.compaction.lag.ms", "60");
        cluster.submit(new DeleteTopics(List.of(new TopicRef("t", TopicId.NONE))));
        assertThat(cluster.applier.calls)
                .containsExactly(
                        "open t-0",
                        "open t-1",
                        "open t-2",
                        "configure t-0",
                        "configure t-1",
                        "configure t-2",
                        "delete t-0",
                        "delete t-1",
                        "delete t-2");
        assertThat(cluster.fatal).isEmpty();
    }

    @Test
    void settingsAreTheTopicsOverTheBrokersOverTheDefaults() {
        TestCluster cluster =
                TestCluster.started(
                        Map.of("log.segment.bytes", "2097152", "log.retention.ms", "5"));
        cluster.create("plain", 1);
        cluster.create(
                "own",
                1,
                "retention.ms=-1",
                "retention.bytes=77",
                "message.timestamp.type=LogAppendTime",
                "cleanup.policy=",
                "flush.messages=1",
                "max.message.bytes=9",
                "preallocate=true",
                "min.insync.replicas=2",
                "file.delete.delay.ms=3",
                "message.timestamp.before.max.ms=1",
                "message.timestamp.after.max.ms=2",
                "segment.ms=4",
                "index.interval.bytes=5",
                "segment.index.bytes=6",
                "flush.ms=7");
        Duration week = Duration.ofDays(7);
        assertThat(cluster.applier.settings.get("plain-0"))
                .isEqualTo(
                        new TopicSettings(
                                new LogSettings(
                                        2 << 20,
                                        week,
                                        4_096,
                                        10 << 20,
                                        false,
                                        Duration.ofMinutes(1)),
                                1_048_588,
                                1,
                                false,
                                Long.MAX_VALUE,
                                3_600_000,
                                Optional.empty(),
                                -1,
                                5,
                                true,
                                Optional.empty(),
                                Long.MAX_VALUE,
                                Long.MAX_VALUE,
                                false));
        assertThat(cluster.applier.settings.get("own-0"))
                .isEqualTo(
                        new TopicSettings(
                                new LogSettings(
                                        2 << 20,
                                        Duration.ofMillis(4),
                                        5,
                                        6,
                                        true,
                                        Duration.ofMillis(3)),
                                9,
                                2,
                                true,
                                1,
                                2,
                                Optional.empty(),
                                77,
                                -1,
                                false,
                                Optional.empty(),
                                1,
                                7,
                                true));
        alter(cluster, 4, "", "log.retention.ms", "6");
        assertThat(cluster.applier.settings.get("plain-0"))
                .extracting(TopicSettings::retentionMillis)
                .isEqualTo(6L);
        alter(cluster, 4, "1", "log.retention.ms", "8");
        assertThat(cluster.applier.settings.get("plain-0"))
                .extracting(TopicSettings::retentionMillis)
                .isEqualTo(8L);
        assertThat(cluster.applier.calls)
                .as("a topic with a value of its own is left alone")
                .doesNotContain("configure own-0");
    }

    @Test
    void jitterSpreadsTheAgeOfSegmentsAndStaysTheSameForAPartition() {
        TestCluster cluster = TestCluster.started();
        cluster.create("t", 20, "segment.ms=100000", "segment.jitter.ms=50000");
        List<Duration> ages =
                cluster.applier.settings.values().stream()
                        .map(settings -> settings.log().segmentAge())
                        .toList();
        assertThat(ages).allSatisfy(age -> assertThat(age.toMillis()).isBetween(50_000L, 100_000L));
        assertThat(ages.stream().distinct().count()).isGreaterThan(10);
        TestCluster next = cluster.restarted();
        next.enter();
        assertThat(next.applier.settings).isEqualTo(cluster.applier.settings);
    }

    @Test
    void aRestartOpensEverythingInANewLeaderEpoch() {
        TestCluster cluster = TestCluster.started();
        cluster.create("a", 2);
        cluster.create("b", 1);
        TestCluster next = cluster.restarted();
        OpenedPartitions opened = next.enter();
        assertThat(opened).isEqualTo(new OpenedPartitions(3, 0, List.of(), List.of()));
        assertThat(next.applier.calls)
                .containsExactlyInAnyOrder("open a-0", "open a-1", "open b-0");
        assertThat(next.applier.roles.values())
                .allSatisfy(role -> assertThat(role.leaderEpoch()).isEqualTo(1));
        assertThat(next.image().isLive(1)).isTrue();
    }

    @Test
    void logsOfDeletedTopicsGoAndUnknownOnesStay() {
        TestCluster cluster = TestCluster.started();
        TopicImage gone = cluster.create("gone", 1);
        cluster.submit(new DeleteTopics(List.of(new TopicRef("gone", TopicId.NONE))));
        cluster.create("gone", 1);
        LogId left = new LogId(gone.id(), new TopicPartition("gone", 0));
        LogId unknown = new LogId(new TopicId(new UUID(8, 8)), new TopicPartition("stranger", 0));
        cluster.applier.stored.add(left);
        cluster.applier.stored.add(unknown);

        TestCluster next = cluster.restarted();
        OpenedPartitions opened = next.enter();

        assertThat(opened).isEqualTo(new OpenedPartitions(1, 0, List.of(left), List.of(unknown)));
        assertThat(next.applier.calls).containsExactly("delete gone-0", "open gone-0");
        assertThat(next.applier.stored).contains(unknown).doesNotContain(left);
    }

    @Test
    void deletionsAreRememberedAcrossASnapshot() {
        TestCluster cluster = TestCluster.started();
        TopicImage gone = cluster.create("gone", 1);
        cluster.submit(new DeleteTopics(List.of(new TopicRef("gone", TopicId.NONE))));
        List<byte[]> snapshot = cluster.publisher.snapshot().get();
        TestCluster next = TestCluster.fresh(Map.of(), TestCluster.STORE);
        next.publisher.install(7, 1, snapshot);
        next.run();
        assertThat(next.image().removedTopics()).containsExactly(gone.id());
        assertThat(next.image().index()).isEqualTo(7);
        assertThat(next.image()).isEqualTo(cluster.image());
        assertThat(ImageRecords.of(next.image())).isEqualTo(MetadataRecords.decode(snapshot));
    }

    @Test
    void aPartitionThatCannotBeOpenedIsOfflineAndTheOthersServe() {
        TestCluster cluster = TestCluster.started();
        cluster.applier.broken.add("t-1");
        TopicImage topic = cluster.create("t", 3);
        assertThat(cluster.publisher.isOffline(topic.id(), new TopicPartition("t", 1))).isTrue();
        assertThat(cluster.publisher.isOffline(topic.id(), new TopicPartition("t", 0))).isFalse();
        alter(cluster, 2, "t", "segment.ms", "60");
        assertThat(cluster.applier.calls)
                .contains("configure t-0", "configure t-2")
                .doesNotContain("configure t-1");
        TestCluster next = cluster.restarted();
        next.applier.broken.add("t-1");
        assertThat(next.enter()).isEqualTo(new OpenedPartitions(2, 1, List.of(), List.of()));
        next.submit(new DeleteTopics(List.of(new TopicRef("t", TopicId.NONE))));
        assertThat(next.publisher.isOffline(topic.id(), new TopicPartition("t", 1))).isFalse();
    }

    @Test
    void partitionsThatFindNoRoomAreOpenedWhenThereIsSome() {
        TestCluster cluster = TestCluster.started();
        cluster.applier.full = true;
        TopicImage topic = cluster.create("t", 200);
        cluster.create("u", 1);
        assertThat(cluster.publisher.isOffline(topic.id(), new TopicPartition("t", 7))).isTrue();
        alter(cluster, 2, "t", "segment.ms", "60");
        cluster.submit(new DeleteTopics(List.of(new TopicRef("u", TopicId.NONE))));
        cluster.applier.calls.clear();

        // one attempt for all of them, less and less often
        cluster.clock.advance(Duration.ofMinutes(1));
        assertThat(cluster.applier.calls).hasSizeBetween(6, 12);
        cluster.applier.full = false;
        cluster.clock.advance(Duration.ofSeconds(10));

        for (int i = 0; i < 200; i++) {
            TopicPartition partition = new TopicPartition("t", i);
            assertThat(cluster.publisher.isOffline(topic.id(), partition)).isFalse();
            assertThat(cluster.applier.settings.get("t-" + i).log().segmentAge())
                    .as("what was changed meanwhile")
                    .isEqualTo(Duration.ofMillis(60));
        }
        assertThat(cluster.applier.settings).doesNotContainKey("u-0");
    }

    @Test
    void aPartitionWhoseLogIsDamagedIsNotTriedAgain() {
        TestCluster cluster = TestCluster.started();
        cluster.applier.broken.add("t-0");
        cluster.create("t", 1);
        cluster.applier.calls.clear();
        cluster.clock.advance(Duration.ofMinutes(10));
        assertThat(cluster.applier.calls).isEmpty();
    }

    @Test
    void aTopicMadeAgainWaitsUntilTheOldLogIsGone() {
        TestCluster cluster = TestCluster.started();
        cluster.create("t", 1);
        cluster.applier.hold();
        var deleted =
                cluster.loop.submit(
                        new DeleteTopics(List.of(new TopicRef("t", TopicId.NONE))),
                        Duration.ofSeconds(1));
        cluster.run();
        var created =
                cluster.loop.submit(
                        new ControllerCommand.CreateTopics(
                                List.of(TestCluster.topic("t", 1)), false),
                        Duration.ofSeconds(1));
        cluster.run();
        assertThat(cluster.applier.calls).containsExactly("open t-0", "delete t-0");
        assertThat(deleted.toCompletableFuture()).isNotDone();
        cluster.applier.completeHeld();
        assertThat(cluster.applier.calls).containsExactly("open t-0", "delete t-0", "open t-0");
        assertThat(deleted.toCompletableFuture()).isCompleted();
        assertThat(created.toCompletableFuture()).isCompleted();
    }

    @Test
    void aSnapshotIsOfTheEntriesThatWereHeardWhetherTheyAreAppliedOrNot() {
        TestCluster cluster = TestCluster.started();
        cluster.create("applied", 1);
        cluster.publications.hold();
        cluster.loop.submit(
                new ControllerCommand.CreateTopics(List.of(TestCluster.topic("heard", 1)), false),
                Duration.ofSeconds(1));
        cluster.run();
        assertThat(cluster.image().topic("heard")).isNull();
        var snapshot = cluster.publisher.snapshot();
        cluster.quorum.commit(List.of(new RemoveTopicRecord().topicId(new UUID(1, 1))));
        cluster.publications.release();
        cluster.run();

        ClusterImage image =
                ImageDelta.replay(ClusterImage.EMPTY, 1, MetadataRecords.decode(snapshot.get()));

        assertThat(image.topic("applied")).isNotNull();
        assertThat(image.topic("heard")).isNotNull();
        assertThat(image.removedTopics()).as("what came after it was asked for").isEmpty();
        assertThat(cluster.image().removedTopics()).hasSize(1);
    }

    @Test
    void replicasThatABrokerGainsAreOpenedAndThoseThatItLosesAreClosed() {
        TestCluster cluster = TestCluster.started();
        TopicImage topic = cluster.create("t", 2);
        cluster.applier.calls.clear();

        cluster.quorum.commit(List.of(heldBy(topic, 0, 2)));
        cluster.run();
        assertThat(cluster.applier.calls).containsExactly("delete t-0");

        cluster.quorum.commit(List.of(heldBy(topic, 0, 2, 1), heldBy(topic, 1, 1, 2)));
        cluster.run();
        assertThat(cluster.applier.calls).containsExactly("delete t-0", "open t-0", "role t-1");
        assertThat(cluster.applier.roles.get("t-0").replicas()).containsExactly(2, 1);

        cluster.quorum.commit(List.of(heldBy(topic, 0, 2)));
        cluster.run();
        alter(cluster, 2, "t", "segment.ms", "60");
        assertThat(cluster.applier.calls)
                .as("what this broker does not hold is not configured")
                .endsWith("delete t-0", "configure t-1")
                .doesNotContain("configure t-0");
    }

    private static MetadataRecord heldBy(TopicImage topic, int partition, Integer... replicas) {
        return ImageRecords.change(
                topic.id(),
                new PartitionImage(
                        partition,
                        List.of(replicas),
                        List.of(replicas),
                        List.of(),
                        replicas[0],
                        partition + 10,
                        partition + 10));
    }

    @Test
    void nothingIsAppliedAfterAnEntryThatCannotBe() {
        TestCluster cluster = TestCluster.started();
        cluster.create("t", 1);
        ClusterImage before = cluster.image();
        long next = cluster.quorum.entries.size() + 1L;
        // a record of version 2, which a newer release writes
        cluster.publisher.committed(next, 1, List.of(new byte[] {0, 7, 0, 2}));
        cluster.quorum.commit(List.of(new RemoveTopicRecord().topicId(new UUID(1, 1))));
        cluster.run();

        assertThat(cluster.image()).isSameAs(before);
        assertThat(cluster.fatal)
                .hasSize(1)
                .first()
                .asString()
                .contains("entry " + next)
                .contains("PartitionRecord in version 2")
                .contains("newer release");
        assertThat(cluster.publisher.applied(next).toCompletableFuture())
                .isCompletedExceptionally();
    }

    @Test
    void noSnapshotLacksAnEntryThatCannotBeApplied() {
        TestCluster cluster = TestCluster.started();
        long next = cluster.quorum.entries.size() + 1L;
        cluster.publisher.committed(next, 1, List.of(new byte[] {0, 7, 0, 2}));
        Supplier<List<byte[]>> before = cluster.publisher.snapshot();
        assertThatThrownBy(before::get).hasMessageContaining("PartitionRecord in version 2");
        cluster.run();

        assertThatThrownBy(() -> cluster.publisher.snapshot().get())
                .hasMessageContaining("entry " + next);
    }

    @Test
    void damagedMetadataStopsTheBroker() {
        TestCluster cluster = TestCluster.started();
        cluster.publisher.committed(99, 1, List.of(new byte[] {0, 5, 0, 0, 1}));
        cluster.run();
        assertThat(cluster.fatal)
                .hasSize(1)
                .first()
                .asString()
                .contains("entry 99")
                .contains("damaged");
    }
}
