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
import mortise.metadata.record.PartitionChangeRecord;
import mortise.metadata.record.PartitionRecord;
import mortise.metadata.record.ProducerIdsRecord;
import mortise.metadata.record.RegisterBrokerRecord;
import mortise.metadata.record.RemoveTopicRecord;
import mortise.metadata.record.TopicRecord;
import mortise.wire.ApiMessage;
import org.junit.jupiter.api.Test;

class MetadataRecordsTest {
    private static final UUID ID = new UUID(0x0123456789ABCDEFL, 0x8877665544332211L);

    /** One of each type, in the order of the types; what the golden file holds. */
    private static List<ApiMessage> samples() {
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

    private static List<String> golden() throws IOException {
        try (var in =
                Objects.requireNonNull(
                        MetadataRecordsTest.class.getResourceAsStream("metadata-records-0.hex"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @Test
    void versionZeroIsWrittenAsItWasReleased() throws IOException {
        List<String> written = new ArrayList<>();
        for (ApiMessage record : samples()) {
            written.add(HexFormat.of().formatHex(MetadataRecords.encode(record)));
        }
        assertThat(written).isEqualTo(golden());
    }

    @Test
    void whatWasReleasedAsVersionZeroIsReadBack() throws IOException {
        List<ApiMessage> read = new ArrayList<>();
        for (String line : golden()) {
            read.add(MetadataRecords.decode(HexFormat.of().parseHex(line)));
        }
        assertThat(read).isEqualTo(samples());
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
    }

    @Test
    void everyTruncationAndEveryTrailingByteIsDamage() {
        for (ApiMessage record : samples()) {
            byte[] whole = MetadataRecords.encode(record);
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
