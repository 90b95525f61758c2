package mortise.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import mortise.metadata.record.BrokerFencingRecord;
import mortise.metadata.record.ClusterRecord;
import mortise.metadata.record.ConfigRecord;
import mortise.metadata.record.FeatureLevelRecord;
import mortise.metadata.record.MetadataRecord;
import mortise.metadata.record.PartitionChangeRecord;
import mortise.metadata.record.PartitionRecord;
import mortise.metadata.record.ProducerIdsRecord;
import mortise.metadata.record.RegisterBrokerRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.metadata.record.TopicRecord;
import mortise.wire.UnwritableMessageException;
import org.junit.jupiter.api.Test;

class MetadataRecordsTest {
    private static final UUID ID = new UUID(0x0123456789ABCDEFL, 0x8877665544332211L);

    /** One of each type, in the order of the types; what the golden file holds. */
    private static List<MetadataRecord> samples() {
        return List.of(
                new ClusterRecord().clusterId("cluster-1"),
                new FeatureLevelRecord().name("mortise.metadata").level((short) 1),
                new RegisterBrokerRecord()
                        .brokerId(1)
                        .incarnationId(ID)
                        .brokerEpoch(2)
                        .fenced(true)
                        .rack("r1")
                        .endpoints(
                                List.of(
                                        new RegisterBrokerRecord.BrokerEndpoint()
                                                .name("PLAINTEXT")
                                                .host("localhost")
                                                .port(59092))),
                new BrokerFencingRecord().brokerId(1).brokerEpoch(2).fenced(false),
                new TopicRecord().name("orders").topicId(ID),
                new RemoveTopicRecord().topicId(ID),
                new PartitionRecord()
                        .topicId(ID)
                        .partition(3)
                        .replicas(List.of(1, 2))
                        .isr(List.of(1))
                        .leader(1)
                        .leaderEpoch(4)
                        .partitionEpoch(5),
                new PartitionChangeRecord().topicId(ID).partition(3).leader(1),
                new ConfigRecord()
                        .resourceType((byte) 2)
                        .resourceName("orders")
                        .name("retention.ms")
                        .value("1000"),
                new ProducerIdsRecord().brokerId(1).brokerEpoch(2).nextProducerId(1000));
    }

    /** One of each type that has a version 1, in the order of the types. */
    private static List<MetadataRecord> samplesOfVersionOne() {
        return List.of(
                new PartitionRecord()
                        .topicId(ID)
                        .partition(3)
                        .replicas(List.of(1, 2, 3))
                        .isr(List.of(1))
                        .eligibleLeaders(List.of(3))
                        .leader(1)
                        .leaderEpoch(4)
                        .partitionEpoch(5),
                new PartitionChangeRecord()
                        .topicId(ID)
                        .partition(3)
                        .leader(-1)
                        .replicas(List.of(1, 2, 3))
                        .isr(List.of())
                        .eligibleLeaders(List.of(1))
                        .leaderEpoch(5)
                        .partitionEpoch(6));
    }

    private static List<String> golden(int version) throws IOException {
        try (var in =
                Objects.requireNonNull(
                        MetadataRecordsTest.class.getResourceAsStream(
                                "metadata-records-" + version + ".hex"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @Test
    void versionZeroIsWrittenAsItWasReleased() throws IOException {
        List<String> written = new ArrayList<>();
        for (MetadataRecord record : samples()) {
            written.add(HexFormat.of().formatHex(MetadataRecords.encode(record, (short) 1)));
        }
        assertThat(written).isEqualTo(golden(0));
    }

    @Test
    void whatWasReleasedAsVersionZeroIsReadBack() throws IOException {
        List<MetadataRecord> read = new ArrayList<>();
        for (String line : golden(0)) {
            read.add(MetadataRecords.decode(HexFormat.of().parseHex(line)));
        }
        assertThat(read).isEqualTo(samples());
    }

    @Test
    void versionOneIsWrittenFromLevelTwoOn() throws IOException {
        List<String> written = new ArrayList<>();
        List<MetadataRecord> read = new ArrayList<>();
        for (MetadataRecord record : samplesOfVersionOne()) {
            written.add(HexFormat.of().formatHex(MetadataRecords.encode(record, (short) 2)));
        }
        for (String line : golden(1)) {
            read.add(MetadataRecords.decode(HexFormat.of().parseHex(line)));
        }
        assertThat(written).isEqualTo(golden(1));
        assertThat(read).isEqualTo(samplesOfVersionOne());
    }

    @Test
    void whatVersionZeroLacksHasItsDefaultWhenItIsRead() throws IOException {
        List<String> lines = golden(0);
        PartitionRecord partition =
                (PartitionRecord) MetadataRecords.decode(HexFormat.of().parseHex(lines.get(6)));
        PartitionChangeRecord change =
                (PartitionChangeRecord)
                        MetadataRecords.decode(HexFormat.of().parseHex(lines.get(7)));

        assertThat(partition.isr()).containsExactly(1);
        assertThat(partition.eligibleLeaders()).isEmpty();
        assertThat(change.leader()).isEqualTo(1);
        assertThat(change.replicas()).isNull();
        assertThat(change.isr()).isNull();
        assertThat(change.leaderEpoch()).isEqualTo(-1);
    }

    @Test
    void whatALevelCannotSayIsNotWrittenAtIt() {
        for (MetadataRecord record : samplesOfVersionOne()) {
            assertThatThrownBy(() -> MetadataRecords.encode(record, (short) 1))
                    .isInstanceOf(UnwritableMessageException.class);
        }
    }

    @Test
    void whatANewerReleaseWroteIsRefusedByName() {
        assertThatThrownBy(() -> MetadataRecords.decode(new byte[] {0, 99, 0, 0}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("record type 99")
                .hasMessageContaining("newer release");
        assertThatThrownBy(() -> MetadataRecords.decode(new byte[] {0, 5, 0, 7}))
                .hasMessageContaining("TopicRecord in version 7")
                .hasMessageContaining("0 to 0");
        assertThatThrownBy(() -> MetadataRecords.decode(new byte[] {0, 7, 0, 2}))
                .hasMessageContaining("PartitionRecord in version 2")
                .hasMessageContaining("0 to 1");
    }

    @Test
    void everyTruncationAndEveryTrailingByteIsDamage() {
        for (MetadataRecord record : samples()) {
            byte[] whole = MetadataRecords.encode(record, (short) 1);
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> MetadataRecords.decode(cut))
                        .as(record + " cut to " + length)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("damaged");
            }
            byte[] longer = Arrays.copyOf(whole, whole.length + 1);
            assertThatThrownBy(() -> MetadataRecords.decode(longer))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
