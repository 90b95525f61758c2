package mortise.partitioner.crc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.Partitioners;
import mortise.spi.partition.TopicView;
import org.junit.jupiter.api.Test;

/** What is known of librdkafka's two partitioners. */
class Crc32PartitionerTest {
    private static Partitioner crc32(String mode) {
        return Partitioners.of(List.of(new Crc32Provider()))
                .create("crc32", Map.of("partitioner.crc32.mode", mode));
    }

    /** The check value of CRC-32 (0xcbf43926) is above 2^31, where a signed remainder differs. */
    @Test
    void theChecksumIsUnsigned() {
        ByteBuffer key = StandardCharsets.US_ASCII.encode("123456789");
        try (Partitioner partitioner = crc32("consistent-random")) {
            assertThat(partitioner.partition(TopicView.led("orders", 1_000), key, 9))
                    .isEqualTo((int) (0xcbf43926L % 1_000));
        }
    }

    @Test
    void consistentSendsNullAndEmptyKeysToPartitionZero() {
        try (Partitioner partitioner = crc32("consistent")) {
            for (int count = 1; count < 50; count++) {
                TopicView topic = TopicView.led("orders", count);
                assertThat(partitioner.partition(topic, null, 9)).isZero();
                assertThat(partitioner.partition(topic, ByteBuffer.allocate(0), 9)).isZero();
            }
        }
    }

    @Test
    void consistentRandomSpreadsNullAndEmptyKeysAlike() {
        TopicView topic = TopicView.led("orders", 5);
        for (ByteBuffer key : new ByteBuffer[] {null, ByteBuffer.allocate(0)}) {
            List<Integer> reached = new ArrayList<>();
            try (Partitioner partitioner = crc32("consistent-random")) {
                for (int record = 0; record < 2_000; record++) {
                    reached.add(partitioner.partition(topic, key, 20_000));
                }
            }
            assertThat(reached.stream().distinct()).hasSize(5);
        }
    }
}
