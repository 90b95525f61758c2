package mortise.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import mortise.api.TopicId;
import mortise.metadata.record.BrokerFencingRecord;
import mortise.metadata.record.ConfigRecord;
import mortise.metadata.record.FeatureLevelRecord;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.PartitionChangeRecord;
import mortise.metadata.record.PartitionRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.metadata.record.TopicRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClusterImageTest {
    private static final UUID ID = new UUID(1, 1);

    private static ClusterImage replay(ClusterImage base, MetadataRecord... records) {
        return ImageDelta.replay(base, base.index() + 1, List.of(records));
    }

    private static ClusterImage withTopic() {
        return replay(
                ClusterImage.EMPTY,
                new TopicRecord().name("t.x").topicId(ID),
                new PartitionRecord().topicId(ID).replicas(List.of(1)).isr(List.of(1)).leader(1));
    }

    static List<MetadataRecord> contradictions() {
        return List.of(
                new TopicRecord().name("t.x").topicId(new UUID(2, 2)),
                new TopicRecord().name("other").topicId(ID),
                new PartitionRecord().topicId(new UUID(9, 9)),
                new PartitionRecord().topicId(ID).partition(2),
                new PartitionRecord().topicId(ID).partition(-1),
                new PartitionChangeRecord().topicId(ID).partition(1),
                new PartitionChangeRecord().topicId(new UUID(9, 9)),
                new ConfigRecord().resourceType((byte) 2).resourceName("nope").name("a").value("b"),
                new ConfigRecord().resourceType((byte) 8).resourceName("1").name("a").value("b"),
                new BrokerFencingRecord().brokerId(1).brokerEpoch(1));
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void aRecordThatContradictsTheStateIsADamagedLog(MetadataRecord record) {
        assertThatThrownBy(() -> replay(withTopic(), record))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("replaying metadata");
    }

    @Test
    void aTopicRemovedAndMadeAgainInOneEntryIsTheNewOne() {
        ClusterImage image =
                replay(
                        withTopic(),
                        new RemoveTopicRecord().topicId(ID),
                        new TopicRecord().name("t_x").topicId(new UUID(2, 2)),
                        new PartitionRecord().topicId(new UUID(2, 2)));
        assertThat(image.topic("t.x")).isNull();
        assertThat(image.collision("t.x")).isEqualTo("t_x");
        assertThat(image.partitionCount()).isEqualTo(1);
        ClusterImage again =
                replay(
                        image,
                        new RemoveTopicRecord().topicId(new UUID(2, 2)),
                        new TopicRecord().name("t_x").topicId(new UUID(3, 3)));
        assertThat(again.topic("t_x"))
                .extracting(TopicImage::id)
                .isEqualTo(new TopicId(new UUID(3, 3)));
        assertThat(again.collision("t.x")).isEqualTo("t_x");
        assertThat(again.removedTopics()).hasSize(2);
    }

    @Test
    void aChangeOfVersionZeroIsANewLeaderAndNothingElse() {
        PartitionImage before =
                new PartitionImage(0, List.of(1, 2), List.of(1), List.of(2), 1, 4, 7);
        ClusterImage image =
                replay(
                        withTopic(),
                        ImageRecords.partition(new TopicId(ID), before),
                        new PartitionChangeRecord().topicId(ID).leader(2));
        assertThat(partition(image))
                .isEqualTo(new PartitionImage(0, List.of(1, 2), List.of(1), List.of(2), 2, 5, 8));
    }

    @Test
    void aChangeSaysAllThatAPartitionIs() {
        PartitionImage after =
                new PartitionImage(0, List.of(2, 3), List.of(3), List.of(2), 3, 9, 20);
        ClusterImage image = replay(withTopic(), ImageRecords.change(new TopicId(ID), after));

        assertThat(partition(image)).isEqualTo(after);
        assertThat(ImageDelta.replay(ClusterImage.EMPTY, 1, ImageRecords.of(image)))
                .as("what the snapshot keeps of it")
                .isEqualTo(image);
    }

    private static PartitionImage partition(ClusterImage image) {
        return Objects.requireNonNull(image.topic("t.x")).partitions().getFirst();
    }

    @Test
    void aLevelThatThisReleaseDoesNotWriteIsRefusedByName() {
        assertThatThrownBy(() ->
                        replay(
                                ClusterImage.EMPTY,
                                new FeatureLevelRecord()
                                        .name(MetadataRecords.FEATURE)
                                        .level((short) (MetadataRecords.FEATURE_LEVEL + 1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("mortise.metadata at level 3")
                .hasMessageContaining("newer release");
    }

    @Test
    void anImageIsNotTouchedByWhatComesAfterIt() {
        ClusterImage before = withTopic();
        replay(
                before,
                new PartitionChangeRecord().topicId(ID).leader(2),
                new ConfigRecord().resourceType((byte) 2).resourceName("t.x").name("a").value("b"));
        assertThat(before).isEqualTo(withTopic());
    }

    @Test
    void onlySoManyRemovalsAreRemembered() {
        ImageDelta delta = new ImageDelta(ClusterImage.EMPTY);
        for (int i = 0; i < ClusterImage.REMEMBERED_REMOVALS + 5; i++) {
            delta.replay(new RemoveTopicRecord().topicId(new UUID(1, i)));
        }
        ClusterImage image = delta.image(1);
        assertThat(image.removedTopics())
                .hasSize(ClusterImage.REMEMBERED_REMOVALS)
                .first()
                .isEqualTo(new TopicId(new UUID(1, 5)));
    }

    @Test
    void aChangeNamesWhatDiffers() {
        ClusterImage one = withTopic();
        ClusterImage two =
                replay(
                        one,
                        new TopicRecord().name("new").topicId(new UUID(2, 2)),
                        new ConfigRecord()
                                .resourceType((byte) 4)
                                .resourceName("")
                                .name("a")
                                .value("b"));
        ClusterImage three =
                replay(
                        two,
                        new RemoveTopicRecord().topicId(ID),
                        new PartitionRecord().topicId(new UUID(2, 2)));
        ImageChange first = ImageChange.between(one, two);
        assertThat(first.created()).extracting(TopicImage::name).containsExactly("new");
        assertThat(first.removed()).isEmpty();
        assertThat(first.changed()).isEmpty();
        assertThat(first.brokerConfigsChanged()).isTrue();
        ImageChange second = ImageChange.between(two, three);
        assertThat(second.created()).isEmpty();
        assertThat(second.removed()).extracting(TopicImage::name).containsExactly("t.x");
        assertThat(second.changed()).hasSize(1);
        assertThat(second.brokerConfigsChanged()).isFalse();
    }
}
