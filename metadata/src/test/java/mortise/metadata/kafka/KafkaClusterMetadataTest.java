package mortise.metadata.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import mortise.api.TopicId;
import mortise.metadata.kafka.KafkaTopic.KafkaPartition;
import mortise.metadata.kafka.record.KafkaConfigRecord;
import mortise.metadata.kafka.record.KafkaMetadataRecord;
import mortise.metadata.kafka.record.KafkaPartitionChangeRecord;
import mortise.metadata.kafka.record.KafkaPartitionRecord;
import mortise.metadata.kafka.record.KafkaProducerIdsRecord;
import mortise.metadata.kafka.record.KafkaRemoveTopicRecord;
import mortise.metadata.kafka.record.KafkaTopicRecord;
import mortise.tck.sim.Seeded;
import mortise.wire.MessageSize;
import mortise.wire.WireWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KafkaClusterMetadataTest {
    private static final UUID ID = new UUID(0x0123456789ABCDEFL, 0x8877665544332211L);
    private static final int BEGIN = 23;
    private static final int END = 24;
    private static final int ABORT = 25;

    private final KafkaClusterMetadata metadata = new KafkaClusterMetadata();

    private static ByteBuffer frame(KafkaMetadataRecord record, int version) {
        MessageSize size = new MessageSize();
        record.measure(size, (short) version);
        ByteBuffer out = ByteBuffer.allocate(3 + size.totalBytes());
        out.put((byte) 1).put((byte) record.recordType().id()).put((byte) version);
        record.write(new WireWriter(out), size, (short) version);
        return out.flip();
    }

    /** A record of a type, without fields. */
    private static ByteBuffer bare(int type) {
        return ByteBuffer.wrap(new byte[] {1, (byte) type, 0, 0});
    }

    private void take(KafkaMetadataRecord record, int version) {
        metadata.record(frame(record, version));
    }

    private static KafkaTopicRecord topic(String name) {
        return new KafkaTopicRecord().name(name).topicId(ID);
    }

    private static KafkaPartitionRecord partition(int index) {
        return new KafkaPartitionRecord()
                .partitionId(index)
                .topicId(ID)
                .replicas(List.of(1, 2))
                .isr(List.of(1, 2))
                .leader(1)
                .leaderEpoch(4)
                .partitionEpoch(6);
    }

    private static KafkaConfigRecord config(
            int type, String resource, String name, @Nullable String value) {
        return new KafkaConfigRecord()
                .resourceType((byte) type)
                .resourceName(resource)
                .name(name)
                .value(value);
    }

    @Test
    void topicsAreWhatTheirRecordsMakeThem() {
        take(topic("orders"), 0);
        take(config(2, "orders", "retention.ms", "7"), 0);
        take(config(2, "orders", "segment.bytes", "1"), 0);
        take(config(2, "orders", "segment.bytes", null), 0);
        take(partition(0).directories(List.of(ID, ID)).eligibleLeaderReplicas(List.of(2)), 2);
        take(partition(1).directories(List.of(ID, ID)), 1);
        take(
                new KafkaPartitionChangeRecord()
                        .partitionId(1)
                        .topicId(ID)
                        .isr(List.of(2))
                        .leader(2)
                        .replicas(List.of(2))
                        .directories(List.of(ID)),
                2);
        take(new KafkaPartitionChangeRecord().partitionId(0).topicId(ID).isr(List.of(1)), 0);

        assertThat(metadata.topics())
                .containsExactly(
                        new KafkaTopic(
                                "orders",
                                new TopicId(ID),
                                List.of(
                                        new KafkaPartition(0, List.of(1, 2), 1, 4),
                                        new KafkaPartition(1, List.of(2), 2, 5)),
                                Map.of("retention.ms", "7")));
    }

    /** What Apache Kafka 4.3.1 writes, every field of a partition set. */
    @Test
    void recordsOfApacheKafkaAreRead() {
        for (String hex :
                List.of(
                        "010200076f726465727300112233445566778899aabbccddeeff00",
                        "0103020000000000112233445566778899aabbccddeeff0300000001000000020200000001010100"
                                + "00000100000004000000060300112233445566778899aabbccddeeff00112233445566"
                                + "778899aabbccddeeff030001010105020000000202050200000003",
                        "0105020000000000112233445566778899aabbccddeeff0600050200000002010400000002020903"
                                + "00000002000000010605020000000107010108210300112233445566778899aabbccdd"
                                + "eeff00112233445566778899aabbccddeeff",
                        "01040002076f72646572730d726574656e74696f6e2e6d73023700",
                        "0117000100020274",
                        "01090000112233445566778899aabbccddeeff00",
                        "0119000100020272")) {
            metadata.record(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
        }

        assertThat(metadata.topics())
                .containsExactly(
                        new KafkaTopic(
                                "orders",
                                TopicId.parse("ABEiM0RVZneImaq7zN3u_w"),
                                List.of(new KafkaPartition(0, List.of(2, 1), 2, 5)),
                                Map.of("retention.ms", "7")));
    }

    @Test
    void aRemovedTopicTakesItsConfigurationAlong() {
        take(topic("orders"), 0);
        take(partition(0), 0);
        take(config(2, "orders", "retention.ms", "7"), 0);
        take(new KafkaRemoveTopicRecord().topicId(ID), 0);
        assertThat(metadata.topics()).isEmpty();

        take(topic("orders"), 0);
        take(partition(0), 0);
        assertThat(metadata.topics())
                .singleElement()
                .extracting(KafkaTopic::configs)
                .isEqualTo(Map.of());
    }

    @Test
    void configurationsOfBrokersAreKeptApart() {
        take(config(4, "", "min.insync.replicas", "2"), 0);
        take(config(4, "1", "log.retention.ms", "2"), 0);
        take(config(4, "1", "log.retention.ms", null), 0);
        take(config(16, "subscription", "interval.ms", "2"), 0);

        assertThat(metadata.brokerConfigs())
                .isEqualTo(Map.of("", Map.of("min.insync.replicas", "2")));
    }

    @Test
    void producerIdsGrow() {
        take(new KafkaProducerIdsRecord().brokerId(1).nextProducerId(3_000), 0);
        take(new KafkaProducerIdsRecord().brokerId(1).nextProducerId(2_000), 0);

        assertThat(metadata.nextProducerId()).isEqualTo(3_000);
    }

    @Test
    void aTransactionCountsWhenItEnds() {
        metadata.record(bare(BEGIN));
        take(topic("orders"), 0);
        take(partition(0), 2);
        assertThat(metadata.topics()).as("before its end").isEmpty();
        metadata.record(bare(END));
        assertThat(metadata.topics()).as("after its end").hasSize(1);

        metadata.record(bare(BEGIN));
        take(new KafkaRemoveTopicRecord().topicId(ID), 0);
        metadata.record(bare(ABORT));
        assertThat(metadata.topics()).as("after an abort").hasSize(1);
    }

    @Test
    void whatSaysNothingOfTopicsIsPassedOver() {
        for (int type : List.of(0, 1, 7, 8, 10, 11, 12, 14, 17, 18, 19, 20, 21, 22, 26, 28)) {
            metadata.record(ByteBuffer.wrap(new byte[] {1, (byte) type, 9, -1, -1, -1}));
        }

        assertThat(metadata.topics()).isEmpty();
    }

    @Test
    void whatIsNewerIsRefusedByName() {
        assertThatThrownBy(() -> metadata.record(bare(30)))
                .isInstanceOf(UnreadableKafkaMetadataException.class)
                .hasMessageContaining("type 30")
                .hasMessageContaining("up to 29");
        assertThatThrownBy(() -> metadata.record(ByteBuffer.wrap(new byte[] {1, 3, 3, 0})))
                .isInstanceOf(UnreadableKafkaMetadataException.class)
                .hasMessageContaining("KafkaPartitionRecord in version 3");
        assertThatThrownBy(() -> metadata.record(ByteBuffer.wrap(new byte[] {2, 3, 0, 0})))
                .isInstanceOf(UnreadableKafkaMetadataException.class)
                .hasMessageContaining("frame of version 2");
    }

    @Test
    void contradictionsAreRefused() {
        assertThatThrownBy(() -> take(partition(0), 2))
                .isInstanceOf(UnreadableKafkaMetadataException.class)
                .hasMessageContaining("partition 0");
        take(topic("orders"), 0);
        take(partition(1), 2);
        assertThatThrownBy(metadata::topics)
                .isInstanceOf(UnreadableKafkaMetadataException.class)
                .hasMessageContaining("orders")
                .hasMessageContaining("no partition 0");
    }

    /** Damage ends in a refusal or in topics, within the memory that the bytes themselves take. */
    @Seeded(runs = 2_000)
    void damagedRecordsAreRefusedOrRead(RandomGenerator random) {
        List<ByteBuffer> frames = new ArrayList<>();
        frames.add(frame(topic("orders"), 0));
        frames.add(frame(partition(0), 2));
        frames.add(frame(partition(1), 1));
        frames.add(
                frame(
                        new KafkaPartitionChangeRecord()
                                .partitionId(1)
                                .topicId(ID)
                                .leader(3)
                                .isr(List.of(3))
                                .directories(List.of(ID)),
                        2));
        frames.add(frame(config(2, "orders", "retention.ms", "7"), 0));
        frames.add(bare(BEGIN));
        frames.add(frame(new KafkaRemoveTopicRecord().topicId(ID), 0));
        frames.add(bare(END));
        try {
            for (ByteBuffer frame : frames) {
                metadata.record(damaged(frame, random));
            }
            metadata.topics();
        } catch (UnreadableKafkaMetadataException refused) {
            assertThat(refused).hasMessageMatching("(?s).{10,600}");
        }
    }

    private static ByteBuffer damaged(ByteBuffer frame, RandomGenerator random) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        for (int flips = random.nextInt(3); flips > 0; flips--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        int length = random.nextInt(8) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
        return ByteBuffer.wrap(bytes, 0, length);
    }
}
